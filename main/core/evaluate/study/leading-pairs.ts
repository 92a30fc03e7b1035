import type { StudySummary } from '../../../../shared/contract/studies.ts';
import { resolveVerdict } from '../../../../shared/domain/evaluate/evaluation.ts';
import {
  fromStrongest,
  moreVerdictsToSeparate,
  standingsOf,
  usefulnessOf,
  type PairPreference,
} from '../../../../shared/stats/standings.ts';
import type { StudyItem } from '../../../store/repositories/studies.ts';
import type { StudyQueues } from './study-queue.ts';

const preferenceOf = { a: 1, tie: 0.5, b: 0 } as const;

/** What so many votes of people, and the ties by rule, say of the systems. */
function preferencesOf(queues: StudyQueues, votes: number): PairPreference[] {
  const people = queues.votesOfPeople(votes).map(({ item, shown }) => ({
    ...pairOf(item),
    preference: preferenceOf[resolveVerdict(shown, item.leftSide)],
  }));
  return [...people, ...queues.tiedByRule().map((item) => ({ ...pairOf(item), preference: 0.5 }))];
}

const pairOf = ({ systemAId, systemBId }: StudyItem) => ({ a: systemAId, b: systemBId });

const systemsIn = ({ items }: StudyQueues) => [
  ...new Set(items.flatMap(({ systemAId, systemBId }) => [systemAId, systemBId])),
];

/**
 * Of comparisons that wait, in the order of somebody's queue, the one that helps most to find the
 * best system; the first of those that help alike.
 */
export function usefulItem(queues: StudyQueues, waiting: readonly string[]): string | undefined {
  const systems = systemsIn(queues);
  const place = new Map(systems.map((system, at) => [system, at]));
  const useful = usefulnessOf(standingsOf(systems, preferencesOf(queues, queues.countOfPeople)));
  const itemOf = new Map(queues.items.map((item) => [item.id, item]));
  let best: { id: string; value: number } | undefined;
  for (const id of waiting) {
    const item = itemOf.get(id);
    if (!item) continue;
    const value = useful(place.get(item.systemAId) ?? 0, place.get(item.systemBId) ?? 0);
    // Equal but for rounding counts as equal: the order of the queue then decides.
    if (!best || value > best.value * (1 + 1e-6)) best = { id, value };
  }
  return best?.id;
}

/** Votes between two counts: a number that moved with each vote would tell whom it was for. */
const leadersStep = 10;

/** How many more votes separate the best two, by whole steps of votes; null while there is no step. */
export function leadersOf(queues: StudyQueues): StudySummary['leaders'] {
  const counted = Math.floor(queues.countOfPeople / leadersStep) * leadersStep;
  if (counted === 0) return null;
  const standings = standingsOf(systemsIn(queues), preferencesOf(queues, counted));
  const [first = 0, second = 0] = fromStrongest(standings);
  return { votes: counted, moreVotes: moreVerdictsToSeparate(standings, first, second) };
}
