import { expect, test } from 'vitest';
import type { StudyItem, StudyVote } from '../../../store/repositories/studies.ts';
import { StudyQueues } from './study-queue.ts';
import { separationOf } from './study-service.ts';

const systems = ['x', 'y', 'z'];
const pairs = [
  ['x', 'y'],
  ['x', 'z'],
  ['y', 'z'],
] as const;

/** Three pairs of systems on twenty prompts. */
const items: StudyItem[] = Array.from({ length: 60 }, (_, at) => ({
  id: `c${at}`,
  evaluationId: `pair${at % 3} set${at % 2}`,
  systemPair: `pair${at % 3}`,
  promptId: `p${Math.floor(at / 3)}`,
  leftSide: 'a',
  systemAId: pairs[at % 3]?.[0] ?? '',
  systemBId: pairs[at % 3]?.[1] ?? '',
}));

/** Answers of all systems to the first of the prompts, but for one that failed. */
const answersTo = (prompts: number, failing?: { systemId: string; promptId: string }) =>
  Array.from({ length: prompts }, (_, at) => `p${at}`).flatMap((promptId) =>
    systems.map((systemId) => {
      const isFailed = failing?.systemId === systemId && failing.promptId === promptId;
      return { systemId, promptId, finish: isFailed ? ('failed' as const) : ('stop' as const) };
    }),
  );

function queuesWith(votes: StudyVote[] = [], answers = answersTo(20)): StudyQueues {
  const queues = new StudyQueues({ seed: 1, overlapPercent: 25, calibrationItems: 4 }, items);
  queues.setAnswers(answers);
  queues.addVotes(votes);
  return queues;
}

const vote = (comparisonId: string, author: string, shown: StudyVote['shown'] = 'left') => ({
  comparisonId,
  author,
  authorKind: 'human' as const,
  shown,
});

const queueOf = (queues: StudyQueues, author: string) =>
  items.flatMap((_, ordinal) => queues.at(author, ordinal) ?? []);
const openTo = (queues: StudyQueues, author: string) =>
  queueOf(queues, author).flatMap(({ id, isOpen }) => (isOpen ? [id] : []));
const idsAt = (places: Iterable<number>) => [...places].map((place) => items[place]?.id);

test('each annotator has all pairs in an order of their own, those for calibration first', () => {
  const queues = queuesWith();
  const [ann, bob] = ['ann', 'bob'].map((author) => queueOf(queues, author).map(({ id }) => id));
  expect(ann?.toSorted()).toEqual(items.map(({ id }) => id).toSorted());
  expect(ann).not.toEqual(bob);
  expect(queueOf(queuesWith(), 'ann').map(({ id }) => id)).toEqual(ann);
  const first = idsAt(queues.first);
  expect(new Set(ann?.slice(0, 4))).toEqual(new Set(first));
  expect(new Set(bob?.slice(0, 4))).toEqual(new Set(first));
  expect(queues.shared.size).toBe(15);
  // Neither a pair of systems nor a prompt comes by itself.
  const mixed = ann?.slice(0, 20).map((id) => Number(id.slice(1)) % 3);
  expect(new Set(mixed).size).toBe(3);
});

test('what is shared is voted on by everybody, each other pair by whoever comes to it first', () => {
  const queues = queuesWith(items.map(({ id }) => vote(id, 'ann')));
  expect(openTo(queues, 'ann')).toEqual([]);
  expect(new Set(openTo(queues, 'bob'))).toEqual(new Set(idsAt(queues.shared)));
  expect(queues.annotators()).toEqual([{ author: 'ann', votes: 60, left: 0 }]);
  expect(queues.queueOf('bob')).toEqual({ total: 15, left: 15 });
});

test('all pairs of a prompt are offered at once, when every system has answered it', () => {
  const queues = queuesWith([], [...answersTo(2), ...answersTo(3).slice(-1)]);
  const offered = queueOf(queues, 'ann').flatMap(({ id, isOffered }) => (isOffered ? [id] : []));
  expect(offered.toSorted()).toEqual(['c0', 'c1', 'c2', 'c3', 'c4', 'c5']);
  // What has an answer of two systems out of three is not ready, and lacks nobody's vote yet.
  expect(queues.counts()).toEqual({ ready: 6, failed: 0, voted: 0, unvoted: 6, answers: 14 });
  expect(queues.answers).toEqual({ done: 7, total: 60 });
});

test('a pair of which an answer failed, or that a rule has tied, waits for nobody', () => {
  const tie = { ...vote('c4', 'identical answers', 'neither'), authorKind: 'rule' as const };
  const queues = queuesWith([tie], answersTo(20, { systemId: 'x', promptId: 'p0' }));
  expect(
    queues
      .failed('ann')
      .map(({ id }) => id)
      .toSorted(),
  ).toEqual(['c0', 'c1']);
  expect(openTo(queues, 'ann')).toHaveLength(57);
  expect(openTo(queues, 'ann')).not.toContain('c4');
  expect(queues.counts()).toEqual({ ready: 58, failed: 2, voted: 1, unvoted: 57, answers: 120 });
});

test('a vote that is changed or taken back counts as it stands, and the newest one is undone first', () => {
  const queues = queuesWith(['c1', 'c2', 'c3'].map((id) => vote(id, 'ann')));
  queues.addVotes([vote('c1', 'ann', 'right')]);
  expect(queues.lastVotedBy('ann')).toBe('c1');
  expect(queues.countOfPeople).toBe(3);
  queues.addVotes([vote('c1', 'ann', 'withdrawn')]);
  expect(queues.lastVotedBy('ann')).toBe('c3');
  expect(queues.votesOfPeople(9).map(({ item }) => item.id)).toEqual(['c2', 'c3']);
  expect(queues.at('ann', queues.ordinalOf('ann', 'c1'))).toMatchObject({ isOpen: true });
});

const separatedBy = (count: number) =>
  separationOf(queuesWith(items.slice(0, count).map(({ id }) => vote(id, 'ann'))));

// A number that moves with one vote tells whether that vote was for the system that leads.
test('how many votes separate the pairs of systems, on all sets together, is counted in whole steps of 25', () => {
  expect(separatedBy(24)).toBeNull();
  expect(separatedBy(25)).toEqual({ votes: 25, separated: 3, moreVotes: 0 });
  expect(separatedBy(49)).toEqual(separatedBy(25));
});
