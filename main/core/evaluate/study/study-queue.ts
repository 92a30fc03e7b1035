import { createHash } from 'node:crypto';
import { identicalAnswersAuthor } from '../../../../shared/domain/evaluate/evaluation.ts';
import type { StoredStudy, StudyItem, StudyVote } from '../../../store/repositories/studies.ts';

/** What a queue is made of: everything that is stored of a study but texts. */
export interface StudyState {
  study: Pick<StoredStudy, 'seed' | 'overlapPercent' | 'calibrationItems'>;
  items: readonly StudyItem[];
  votes: readonly StudyVote[];
  /** Prompts that all systems have answered: which pairs of another are ready would tell of whom. */
  complete: ReadonlySet<string>;
}

/** A comparison at its place in somebody's queue. */
export interface QueueItem {
  id: string;
  /** Has both answers, and may be shown. */
  isOffered: boolean;
  isFailed: boolean;
  /** Waits for this person: nobody else's vote is enough, or there is none. */
  isOpen: boolean;
  /** Belongs to this person's queue at all: it waits, or is voted on by them. */
  isOwn: boolean;
}

const rankOf = (words: string) => createHash('sha256').update(words).digest('hex');

function byRank(ids: readonly string[], seed: string): string[] {
  const ranked = ids.map((id) => ({ id, rank: rankOf(`${seed}:${id}`) }));
  return ranked.toSorted((p, q) => (p.rank < q.rank ? -1 : 1)).map(({ id }) => id);
}

/**
 * Comparisons that everybody votes on, chosen by the seed alone; the first of them are for
 * calibration, and come first in each queue.
 */
export function sharedItems({ study, items }: Pick<StudyState, 'study' | 'items'>): {
  shared: ReadonlySet<string>;
  first: string[];
} {
  const ranked = byRank(
    items.map(({ id }) => id),
    String(study.seed),
  );
  const count = Math.round((study.overlapPercent / 100) * ranked.length);
  const first = ranked.slice(0, study.calibrationItems);
  return { shared: new Set([...first, ...ranked.slice(0, count)]), first };
}

/**
 * One person's queue: all comparisons of all pairs in an order of their own, which follows from the
 * seed and the name. Of what is not shared each one is for whoever comes to it first.
 */
export function queueOf(state: StudyState, author: string): QueueItem[] {
  const { shared, first } = sharedItems(state);
  const isFirst = new Set(first);
  const rest = state.items.map(({ id }) => id).filter((id) => !isFirst.has(id));
  const own = `${state.study.seed}:${author}`;
  const items = new Map(state.items.map((item) => [item.id, item]));
  const marks = Map.groupBy(state.votes, ({ comparisonId }) => comparisonId);
  return [...byRank(first, own), ...byRank(rest, own)].flatMap((id) => {
    const item = items.get(id);
    return item ? [toQueueItem(state, item, { author, shared, votes: marks.get(id) ?? [] })] : [];
  });
}

function toQueueItem(
  { complete }: StudyState,
  { id, promptId, aFinish, bFinish }: StudyItem,
  by: { author: string; shared: ReadonlySet<string>; votes: readonly StudyVote[] },
): QueueItem {
  const isFailed = aFinish === 'failed' || bFinish === 'failed';
  const isReady = aFinish !== null && bFinish !== null && !isFailed;
  const isMine = by.votes.some(
    ({ author, authorKind }) => authorKind === 'human' && author === by.author,
  );
  const isTaken =
    by.votes.some(
      ({ author, authorKind }) => authorKind === 'rule' && author === identicalAnswersAuthor,
    ) ||
    (!by.shared.has(id) && by.votes.some(({ authorKind }) => authorKind === 'human'));
  const isOpen = !isFailed && !isMine && !isTaken;
  return {
    id,
    isFailed,
    isOffered: isReady && complete.has(promptId),
    isOpen,
    isOwn: isMine || isOpen,
  };
}

/** Everybody who voted, with their votes and what of their queue is left. */
export function annotatorsOf(state: StudyState): { author: string; votes: number; left: number }[] {
  const people = Map.groupBy(
    state.votes.filter(({ authorKind }) => authorKind === 'human'),
    ({ author }) => author,
  );
  return [...people]
    .map(([author, own]) => ({
      author,
      votes: own.length,
      left: queueOf(state, author).filter(({ isOpen }) => isOpen).length,
    }))
    .toSorted((p, q) => (p.author < q.author ? -1 : 1));
}
