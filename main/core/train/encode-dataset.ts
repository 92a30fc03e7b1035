import { devShareProblem } from '../../../shared/domain/training-counts.ts';
import { startInference } from '../../engines/start-engines.ts';
import { datasetItems } from '../../store/repositories/datasets.ts';
import type { StoredModel } from '../../store/repositories/models.ts';
import { setEncodeReport, type StoredRun } from '../../store/repositories/runs.ts';
import { AppError } from '../base/app-error.ts';
import type { JobContext } from '../jobs/job-handler.ts';
import type { ProjectSession } from '../project/project-session.ts';
import { encodeReport } from './encode-report.ts';
import { splitSamples, type SplitSamples } from './split-samples.ts';

/** The samples of a run as its model reads them, and the template they were written with. */
export interface EncodedDataset extends SplitSamples {
  templateSha256: string;
}

/**
 * The samples of a run as its model reads them, in an inference process that ends with it; what
 * was cut, left out or held out is stored with the run. INVALID_STATE when nothing is left to train
 * on.
 */
export async function encodeDataset(
  session: ProjectSession,
  run: StoredRun,
  model: StoredModel,
  context: JobContext,
): Promise<EncodedDataset> {
  const items = datasetItems(session.file.db, run.datasetId);
  await using engine = startInference();
  const encoded = await engine.request(
    'encode',
    {
      basePath: model.path,
      samples: items.map((item) => ({ id: item.sampleId, messages: item.messages })),
      maxTokens: run.recipe.maxTokens,
      overlong: run.recipe.overlong,
      lossOn: run.recipe.lossOn,
    },
    {
      signal: context.signal,
      onEvent: ({ done, total }) =>
        context.report({ phase: 'encoding', done, total, unit: 'samples' }),
    },
  );
  context.signal.throwIfAborted();
  const split = splitSamples(encoded.samples, items, run.recipe.devShare);
  setEncodeReport(session.file.db, run.id, encodeReport(encoded, items, split));
  session.changes.touch('runs');
  if (encoded.samples.length === 0)
    throw new AppError(
      'NOTHING_TO_TRAIN',
      `None of the ${items.length} samples of “${run.datasetName}” has a token to train on: ` +
        (encoded.dropped[0]?.reason ?? 'the dataset is empty'),
    );
  const problem = devShareProblem(split.candidates, run.recipe.devShare);
  if (problem !== '') throw new AppError('INVALID_STATE', problem);
  return { ...split, templateSha256: encoded.templateSha256 };
}
