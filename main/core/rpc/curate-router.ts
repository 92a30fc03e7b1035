import { listDatasets } from '../../store/repositories/datasets.ts';
import { addReviews, sampleHistory, undoLastBatch } from '../../store/repositories/reviews.ts';
import {
  listSamples,
  sampleFacets,
  sampleRows,
  sampleSeqs,
} from '../../store/repositories/sample-list.ts';
import { requireSession } from '../project/core-state.ts';
import { exportTo, freeze } from '../curate/dataset-service.ts';
import { startImport } from '../curate/import-service.ts';
import { createSample, editSample, sampleById } from '../curate/sample-service.ts';
import { os } from './implement.ts';

export const importsRouter = {
  start: os.imports.start.handler(({ context: { core }, input }) => ({
    jobId: startImport(core, requireSession(core), input).id,
  })),
};

export const samplesRouter = {
  index: os.samples.index.handler(({ context: { core }, input }) => ({
    seqs: sampleSeqs(requireSession(core).file.db, input.filter),
  })),
  rows: os.samples.rows.handler(({ context: { core }, input }) =>
    sampleRows(requireSession(core).file.db, input.seqs),
  ),
  list: os.samples.list.handler(({ context: { core }, input }) =>
    listSamples(requireSession(core).file.db, input.filter, input),
  ),
  get: os.samples.get.handler(({ context: { core }, input }) =>
    sampleById(requireSession(core), input.id),
  ),
  facets: os.samples.facets.handler(({ context: { core } }) =>
    sampleFacets(requireSession(core).file.db),
  ),
  create: os.samples.create.handler(({ context: { core }, input }) =>
    createSample(core, requireSession(core), input),
  ),
  edit: os.samples.edit.handler(({ context: { core }, input }) =>
    editSample(core, requireSession(core), input),
  ),
  history: os.samples.history.handler(({ context: { core }, input }) => {
    const session = requireSession(core);
    return sampleHistory(session.file.db, sampleById(session, input.id).seq);
  }),
  review: os.samples.review.handler(({ context: { core }, input }) => {
    const session = requireSession(core);
    const { author } = core.settings;
    const result = addReviews(session.file.db, input.action, input.selection, author);
    session.changes.touch('samples', 'project');
    return result;
  }),
  undoReview: os.samples.undoReview.handler(({ context: { core } }) => {
    const session = requireSession(core);
    const { batchId, ids } = undoLastBatch(session.file.db, core.settings.author);
    session.changes.touch('samples', 'project');
    return { changed: ids.length, ids, batchId };
  }),
};

export const datasetsRouter = {
  list: os.datasets.list.handler(({ context: { core } }) =>
    listDatasets(requireSession(core).file.db),
  ),
  freeze: os.datasets.freeze.handler(({ context: { core }, input }) =>
    freeze(core, requireSession(core), input.name),
  ),
  export: os.datasets.export.handler(({ context: { core }, input }) =>
    exportTo(core, requireSession(core), input),
  ),
};
