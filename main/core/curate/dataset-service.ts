import type { Dataset, ExportFormat } from '../../../shared/domain/dataset.ts';
import { v7 as uuidv7 } from 'uuid';
import type { Database } from '../../store/database.ts';
import {
  countSources,
  findDataset,
  isDatasetName,
  listDatasets,
  type DatasetItem,
  type StoredDataset,
} from '../../store/repositories/datasets.ts';
import {
  isJudgedSince,
  lastSequence,
  listAccepted,
  removeUnfinished,
  storeDataset,
  storeSmallDataset,
  type AcceptedList,
  type NewDataset,
} from '../../store/repositories/freeze-dataset.ts';
import { LoopTurns } from '../base/loop-turns.ts';
import { withProgress, type ReportWork } from './dataset-progress.ts';
import { SharedAnswers } from '../base/shared-answers.ts';
import { pagesOfDataset } from '../project/frozen-items.ts';
import type { Log } from '../base/log.ts';
import { AppError, found } from '../base/app-error.ts';
import { type CoreState, protectedBy } from '../project/core-state.ts';
import type { ExportDraft } from '../files/export-files.ts';
import { SessionScoped, type ProjectSession } from '../project/project-session.ts';
import { refuseHalfReviewed } from './review-service.ts';
import { datasetLine, hasSystem, hasWeights, refuseLost } from './dataset-lines.ts';

const listTurns = () => new LoopTurns(200, 20_000);
// In one transaction, well under the 200 ms that others may wait.
const mostAtOnce = 2000;

/**
 * Freezes the accepted samples as they were at one moment; refused when the name is taken or nothing
 * is accepted. Many are read and stored in pieces, while everything else goes on.
 */
export async function freeze(
  state: CoreState,
  session: ProjectSession,
  { name, workId }: { name: string; workId?: string | undefined },
  signal?: AbortSignal,
): Promise<Dataset> {
  const { db } = session.file;
  refuseTakenName(db, name);
  return await withProgress(session, workId, (report) =>
    session.calls.run([signal], (stopped) => freezeNow(state, session, { name, stopped, report })),
  );
}

/** What ends a freeze early, and who hears how far it is. */
interface Freezing {
  stopped: AbortSignal;
  report: ReportWork;
}

async function freezeNow(
  state: CoreState,
  session: ProjectSession,
  { name, ...freezing }: Freezing & { name: string },
): Promise<Dataset> {
  const { db } = session.file;
  const { stopped } = freezing;
  const list = await acceptedNow(session, freezing);
  if (list.versionIds.length === 0)
    throw new AppError('INVALID_STATE', 'No sample is accepted yet: accept some, then freeze');
  refuseTakenName(db, name);
  const made = { ...list, id: uuidv7(), name, author: state.settings.author };
  const isSmall = list.versionIds.length <= mostAtOnce;
  const stored = isSmall ? storeSmallDataset(db, made) : await store(session, made, freezing);
  session.changes.touch('datasets', 'project');
  return await withSources(session, found(stored, 'dataset', made.id), stopped);
}

function refuseTakenName(db: Database, name: string): void {
  if (isDatasetName(db, name))
    throw new AppError('NAME_TAKEN', `There is a dataset “${name}” already: choose another name`, {
      name,
    });
}

const mostReadings = 5;

/** Reads the accepted samples again when somebody reviewed or edited one meanwhile. */
async function acceptedNow(
  session: ProjectSession,
  { stopped, report }: Freezing,
): Promise<AcceptedList> {
  const { db } = session.file;
  const counts = Object.values(await session.statuses(stopped));
  const total = counts.reduce((sum, count) => sum + count, 0);
  const onRows = (done: number) =>
    report({ phase: 'reading', done: Math.min(done, total), total, unit: 'samples' });
  for (let reading = 0; reading < mostReadings; reading += 1) {
    session.requireEditing();
    refuseHalfReviewed(session, 'freeze');
    const before = lastSequence(db);
    const list = await listTurns().all(listAccepted(db, onRows), stopped);
    if (!isJudgedSince(db, before)) return list;
  }
  throw new AppError(
    'INVALID_STATE',
    `Samples were reviewed or edited each of the ${mostReadings} times that they were read to be ` +
      'frozen. Freeze when nobody reviews for a moment.',
  );
}

async function store(
  session: ProjectSession,
  dataset: NewDataset,
  { stopped, report }: Freezing,
): Promise<StoredDataset | undefined> {
  const { db } = session.file;
  const total = dataset.versionIds.length;
  const onItems = (done: number) => report({ phase: 'storing', done, total, unit: 'samples' });
  const steps = storeDataset(db, dataset, onItems);
  const turns = listTurns();
  try {
    for (;;) {
      const { done, value } = await turns.take((limit) => {
        stopped.throwIfAborted();
        session.requireEditing();
        return steps.next(limit);
      });
      if (done) return value;
    }
  } catch (error) {
    await removeUnfinishedItems(session, dataset.id);
    throw error;
  }
}

/** Removes what a crash left of a dataset that was being frozen, in the background. */
export function tidyDatasets(session: ProjectSession, log: Log): void {
  removeUnfinishedItems(session).catch((error: unknown) =>
    log.write(`${session.file.path}: a half frozen dataset was not removed: ${String(error)}`),
  );
}

async function removeUnfinishedItems(session: ProjectSession, datasetId?: string): Promise<void> {
  const { db } = session.file;
  const turns = listTurns();
  const steps = removeUnfinished(db, datasetId);
  while (db.open && session.readReason === null)
    if ((await turns.take((limit) => steps.next(limit))).done) return;
}

const sources = new SessionScoped(() => new SharedAnswers<Dataset['bySource']>());

/** Datasets with their sources, which are counted once: what is frozen stays. */
export async function datasetsWithSources(
  session: ProjectSession,
  signal: AbortSignal | undefined,
): Promise<Dataset[]> {
  const datasets: Dataset[] = [];
  for (const dataset of listDatasets(session.file.db))
    datasets.push(await withSources(session, dataset, signal));
  return datasets;
}

async function withSources(
  session: ProjectSession,
  dataset: StoredDataset,
  signal: AbortSignal | undefined,
): Promise<Dataset> {
  const question = { key: dataset.id, topics: [], signal };
  const bySource = await session.answer(sources.of(session), question, (stopped) =>
    listTurns().all(countSources(session.file.db, dataset.id), stopped),
  );
  return { ...dataset, bySource };
}

/** What is written where; `workId` is asked for to know how far that is. */
interface DatasetExport {
  datasetId: string;
  path: string;
  format: ExportFormat;
  overwrite: boolean;
  /** Each line says where its sample is from. */
  attribution: boolean;
  workId?: string | undefined;
}

/** Writes a dataset to a file in one of the four forms; it is placed once its hash was compared. */
export async function exportTo(
  state: CoreState,
  session: ProjectSession,
  input: DatasetExport,
  signal?: AbortSignal,
): Promise<{ path: string; samples: number; sizeBytes: number }> {
  const dataset = found(
    findDataset(session.file.db, 'id', input.datasetId),
    'dataset',
    input.datasetId,
  );
  const wish = { overwrite: input.overwrite, project: await protectedBy(session) };
  const write = async (stopped: AbortSignal, report: ReportWork) => {
    await using draft = await state.exports.start(input.path, wish);
    const pages = pagesOfDataset(session, dataset, stopped);
    const onItems = (done: number) =>
      report({ phase: 'writing', done, total: dataset.samples, unit: 'samples' });
    const written = await writeItems(draft, pages, { ...input, onItems });
    refuseLost(written, input.format);
    await draft.place();
    return { path: draft.path, samples: written.samples, sizeBytes: written.sizeBytes };
  };
  return await withProgress(session, input.workId, (report) =>
    session.calls.run([signal], (stopped) => write(stopped, report)),
  );
}

/** Writes a dataset as JSON Lines, a page at a time. */
async function writeItems(
  { file }: ExportDraft,
  pages: AsyncIterable<DatasetItem[]>,
  {
    format,
    attribution,
    onItems,
  }: Pick<DatasetExport, 'format' | 'attribution'> & { onItems: (done: number) => void },
): Promise<{ samples: number; sizeBytes: number; withSystem: number; withWeights: number }> {
  const written = { samples: 0, sizeBytes: 0, withSystem: 0, withWeights: 0 };
  for await (const items of pages) {
    for (const item of items) {
      const line = `${JSON.stringify(datasetLine(item, { format, attribution }))}\n`;
      await file.writeFile(line);
      written.sizeBytes += Buffer.byteLength(line);
    }
    written.samples += items.length;
    onItems(written.samples);
    written.withSystem += items.filter(hasSystem).length;
    written.withWeights += items.filter(hasWeights).length;
  }
  return written;
}
