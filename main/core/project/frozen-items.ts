import {
  datasetPages,
  type DatasetItem,
  type FrozenDataset,
} from '../../store/repositories/datasets.ts';
import { LoopTurns } from '../base/loop-turns.ts';
import type { ProjectSession } from './project-session.ts';

// Texts, of which a few can be long.
const firstItems = 20;
const mostItems = 2000;

/** A dataset's items page by page, with turns for others in between; what `datasetPages` says holds. */
export async function* pagesOfDataset(
  session: ProjectSession,
  dataset: FrozenDataset,
  signal: AbortSignal | undefined,
): AsyncGenerator<DatasetItem[], void> {
  const turns = new LoopTurns(firstItems, mostItems);
  const pages = datasetPages(session.file.db, dataset);
  for (;;) {
    const { done, value } = await turns.take((limit) => pages.next(limit));
    signal?.throwIfAborted();
    if (done) return;
    yield value;
  }
}

/** Every item of a dataset, compared with its hash. */
export async function verifiedItems(
  session: ProjectSession,
  dataset: FrozenDataset,
  signal: AbortSignal | undefined,
): Promise<DatasetItem[]> {
  const items: DatasetItem[] = [];
  for await (const page of pagesOfDataset(session, dataset, signal)) items.push(...page);
  return items;
}
