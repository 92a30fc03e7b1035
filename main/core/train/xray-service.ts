import { v7 as uuidv7 } from 'uuid';
import type { XrayOpenRecipe, XrayRow, XraySample } from '../../../shared/domain/xray.ts';
import type { XrayResult } from '../../engines/protocol/inference.ts';
import { startInference, type GuardedInference, toRead } from '../files/guarded-engines.ts';
import type { GuardedPath } from '../files/guarded-path.ts';
import {
  findDataset,
  findDatasetItem,
  type DatasetItem,
} from '../../store/repositories/datasets.ts';
import { found } from '../base/app-error.ts';
import { AsyncQueue } from '../base/streams.ts';
import { usableModel } from '../models/model-service.ts';
import { verifiedItems } from '../project/frozen-items.ts';
import { type ProjectSession, SessionScoped } from '../project/project-session.ts';
import { promptOf } from './encode-dataset.ts';
import { heldOutIds } from './hold-out.ts';

/** What is looked at. */
interface XrayRequest {
  modelId: string;
  datasetId: string;
  recipe: XrayOpenRecipe;
}

/** An X-ray that somebody looks at, with the process that holds its vocabulary. */
interface OpenXray extends XrayRequest {
  basePath: GuardedPath;
  engine: GuardedInference;
}

/** Datasets somebody looks at as the trainer will see them, by id. */
const openXrays = new SessionScoped(() => new Map<string, OpenXray>());

type XrayEvent =
  | { type: 'opened'; xrayId: string; samples: number }
  | { type: 'rows'; rows: XrayRow[] }
  | ({ type: 'counted'; heldOutIds: string[] } & XrayResult);

/**
 * Streams a dataset sample by sample as the trainer will see it. It ends when `signal` aborts or
 * the project closes, and its process with it; until then `xraySample` shows the tokens.
 */
export async function* openXray(
  session: ProjectSession,
  request: XrayRequest,
  signal: AbortSignal | undefined,
): AsyncGenerator<XrayEvent, void> {
  const { path: basePath } = await usableModel(session, request.modelId, signal);
  const { db } = session.file;
  const dataset = found(findDataset(db, 'id', request.datasetId), 'dataset', request.datasetId);
  const items = await verifiedItems(session, dataset, signal);
  const xrayId = uuidv7();
  const events = new AsyncQueue<XrayEvent>();
  const stop = new AbortController();
  const looked = session.calls
    .run([signal, stop.signal], async (anySignal) => {
      await using engine = startInference(toRead(basePath), 1);
      const xray = { ...request, basePath, engine };
      openXrays.of(session).set(xrayId, xray);
      await count({ ...xray, items }, events, anySignal);
      await aborted(anySignal);
    })
    .finally(() => openXrays.of(session).delete(xrayId))
    .then(
      () => events.end(),
      (error: unknown) => events.end(error),
    );
  try {
    yield { type: 'opened', xrayId, samples: items.length };
    yield* events;
  } finally {
    stop.abort();
    await looked;
  }
}

interface Counting extends OpenXray {
  items: readonly DatasetItem[];
}

async function count(
  { recipe: { devShare, ...recipe }, basePath, engine, items }: Counting,
  events: AsyncQueue<XrayEvent>,
  signal: AbortSignal,
): Promise<void> {
  const samples = items.map(({ sampleId, messages }) => ({ id: sampleId, messages }));
  const usable: DatasetItem[] = [];
  let next = 0;
  const result = await engine.request(
    'xray',
    { basePath, samples, ...recipe },
    {
      signal,
      onEvent: ({ counts }) => {
        const counted = items.slice(next, next + counts.length);
        usable.push(...counted.filter((_, index) => counts[index]?.outcome !== 'dropped'));
        const rows = counted.map(rowOf);
        next += counts.length;
        events.push({
          type: 'rows',
          rows: rows.flatMap((row, index) => {
            const numbers = counts[index];
            return numbers ? { ...row, ...numbers } : [];
          }),
        });
      },
    },
  );
  const heldOut = heldOutIds(usable, devShare);
  events.push({ type: 'counted', ...result, heldOutIds: [...heldOut] });
}

const rowOf = (item: DatasetItem) => ({
  sampleId: item.sampleId,
  seq: item.seq,
  source: item.source,
  prompt: promptOf(item),
  isCurrent: item.isCurrent,
});

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

/** Every token of one sample of an open X-ray. */
export async function xraySample(
  session: ProjectSession,
  { xrayId, sampleId }: { xrayId: string; sampleId: string },
  signal: AbortSignal | undefined,
): Promise<XraySample> {
  const { engine, basePath, datasetId, recipe } = found(
    openXrays.of(session).get(xrayId),
    'open X-ray',
    xrayId,
  );
  const item = found(findDatasetItem(session.file.db, datasetId, sampleId), 'sample', sampleId);
  const { messages } = item;
  return await session.calls.run([signal], (anySignal) =>
    engine.request('xraySample', { basePath, messages, recipe }, { signal: anySignal }),
  );
}
