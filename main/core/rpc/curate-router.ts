import { sampleRows } from '../../store/repositories/samples/sample-list.ts';
import { countBinned } from '../../store/repositories/samples/bin-moves.ts';
import { moveSamples, planBin, planEmptyBin, startEmptyBin } from '../curate/bin-service.ts';
import { datasetProgress } from '../curate/dataset-progress.ts';
import { datasetsWithSources, exportTo, freeze } from '../curate/dataset-service.ts';
import { startImport } from '../curate/import-service.ts';
import { forgetScan, listScans, startScan } from '../curate/scan-service.ts';
import { planSelection, selectionExamples, startSelection } from '../curate/selection-service.ts';
import { historyOf, review, undoReview } from '../curate/review-service.ts';
import {
  createSample,
  editSample,
  flagsOfDraft,
  nearestSamples,
  sampleById,
  sampleIndex,
  samplePage,
} from '../curate/sample-service.ts';
import { findDuplicates } from '../curate/find-duplicates.ts';
import { nearestByMeaning } from '../curate/nearest-by-meaning.ts';
import { facets } from '../curate/sample-facets.ts';
import { withProject } from './implement.ts';

/** Imports of dumps and datasets, as jobs. */
export const importsRouter = {
  start: withProject.imports.start.handler(({ context: { core, session }, input }) => ({
    jobId: startImport(core, session, input).id,
  })),
};

/** Dumps that are scanned and picked of, as jobs. */
export const scansRouter = {
  start: withProject.scans.start.handler(async ({ context: { core, session }, input }) => ({
    jobId: (await startScan(core, session, input)).id,
  })),
  list: withProject.scans.list.handler(({ context: { core, session } }) =>
    listScans(core, session),
  ),
  forget: withProject.scans.forget.handler(({ context: { core, session }, input }) =>
    forgetScan(core, session, input.site),
  ),
  plan: withProject.scans.plan.handler(({ context: { core, session }, input, signal }) =>
    planSelection(core, session, input, signal),
  ),
  examples: withProject.scans.examples.handler(({ context: { core, session }, input, signal }) =>
    selectionExamples(core, session, input, signal),
  ),
  select: withProject.scans.select.handler(({ context: { core, session }, input }) => ({
    jobId: startSelection(core, session, input).id,
  })),
};

/** Samples: listing, editing and reviewing them. */
export const samplesRouter = {
  index: withProject.samples.index.handler(({ context: { session }, input, signal }) =>
    sampleIndex(session, input.filter, signal),
  ),
  rows: withProject.samples.rows.handler(({ context: { session }, input }) =>
    sampleRows(session.file.db, input.seqs),
  ),
  list: withProject.samples.list.handler(({ context: { session }, input, signal }) =>
    samplePage(session, input.filter, input, signal),
  ),
  get: withProject.samples.get.handler(({ context: { session }, input }) =>
    sampleById(session, input.id),
  ),
  facets: withProject.samples.facets.handler(({ context: { session }, input, signal }) =>
    facets(session, input.filter, signal),
  ),
  nearest: withProject.samples.nearest.handler(({ context: { session }, input, signal }) =>
    nearestSamples(session, input, signal),
  ),
  nearestByMeaning: withProject.samples.nearestByMeaning.handler(
    ({ context: { core, session }, input, signal }) =>
      nearestByMeaning(core, session, input, signal),
  ),
  duplicates: withProject.samples.duplicates.handler(({ context: { session }, input, signal }) =>
    findDuplicates(session, input, signal),
  ),
  flags: withProject.samples.flags.handler(({ context: { session }, input }) =>
    flagsOfDraft(session, input),
  ),
  create: withProject.samples.create.handler(({ context: { core, session }, input }) =>
    createSample(core, session, input),
  ),
  edit: withProject.samples.edit.handler(({ context: { core, session }, input }) =>
    editSample(core, session, input),
  ),
  history: withProject.samples.history.handler(({ context: { session }, input }) =>
    historyOf(session, input.id),
  ),
  review: withProject.samples.review.handler(({ context: { core, session }, input, signal }) =>
    review(core, session, input, signal),
  ),
  undoReview: withProject.samples.undoReview.handler(({ context: { core, session } }) =>
    undoReview(core, session),
  ),
};

/** The bin of samples. */
export const binRouter = {
  count: withProject.bin.count.handler(({ context: { session } }) => ({
    samples: countBinned(session.file.db),
  })),
  plan: withProject.bin.plan.handler(({ context: { session }, input, signal }) =>
    planBin(session, input, signal),
  ),
  move: withProject.bin.move.handler(({ context: { core, session }, input, signal }) =>
    moveSamples(core, session, input, signal),
  ),
  planEmpty: withProject.bin.planEmpty.handler(({ context: { session }, signal }) =>
    planEmptyBin(session, signal),
  ),
  empty: withProject.bin.empty.handler(({ context: { session } }) => startEmptyBin(session)),
};

/** Frozen datasets and their files. */
export const datasetsRouter = {
  list: withProject.datasets.list.handler(({ context: { session }, signal }) =>
    datasetsWithSources(session, signal),
  ),
  freeze: withProject.datasets.freeze.handler(({ context: { core, session }, input, signal }) =>
    freeze(core, session, input, signal),
  ),
  export: withProject.datasets.export.handler(({ context: { core, session }, input, signal }) =>
    exportTo(core, session, input, signal),
  ),
  progress: withProject.datasets.progress.handler(({ context: { session }, input }) =>
    datasetProgress(session, input.workId),
  ),
};
