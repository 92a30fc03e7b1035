import { expect, test } from 'vitest';
import type { StudyItem, StudyVote } from '../../../store/repositories/studies.ts';
import { annotatorsOf, queueOf, sharedItems, type StudyState } from './study-queue.ts';
import { separationOf } from './study-service.ts';

/** Three pairs of systems on twenty prompts, all answered. */
const items: StudyItem[] = Array.from({ length: 60 }, (_, at) => ({
  id: `c${at}`,
  evaluationId: `pair${at % 3} set${at % 2}`,
  systemPair: `pair${at % 3}`,
  promptId: `p${Math.floor(at / 3)}`,
  leftSide: 'a',
  aFinish: 'stop',
  bFinish: 'length',
}));

const stateOf = (state: Partial<StudyState> = {}): StudyState => ({
  study: { seed: 1, overlapPercent: 25, calibrationItems: 4 },
  items,
  votes: [],
  complete: new Set(items.map(({ promptId }) => promptId)),
  ...state,
});

const vote = (comparisonId: string, author: string): StudyVote => ({
  comparisonId,
  author,
  authorKind: 'human',
  shown: 'left',
});

test('each annotator has all pairs in an order of their own, those for calibration first', () => {
  const [ann, bob] = ['ann', 'bob'].map((author) => queueOf(stateOf(), author).map(({ id }) => id));
  expect(ann?.toSorted()).toEqual(items.map(({ id }) => id).toSorted());
  expect(ann).not.toEqual(bob);
  expect(queueOf(stateOf(), 'ann').map(({ id }) => id)).toEqual(ann);
  const { first, shared } = sharedItems(stateOf());
  expect(ann?.slice(0, 4).toSorted()).toEqual(first.toSorted());
  expect(bob?.slice(0, 4).toSorted()).toEqual(first.toSorted());
  expect(shared.size).toBe(15);
  // Neither a pair of systems nor a prompt comes by itself.
  const pairs = ann?.slice(0, 20).map((id) => Number(id.slice(1)) % 3);
  expect(new Set(pairs).size).toBe(3);
});

test('what is shared is voted on by everybody, each other pair by whoever comes to it first', () => {
  const { shared } = sharedItems(stateOf());
  const votes = items.map(({ id }) => vote(id, 'ann'));
  const state = stateOf({ votes });
  expect(queueOf(state, 'ann').filter(({ isOpen }) => isOpen)).toEqual([]);
  const left = queueOf(state, 'bob').filter(({ isOpen }) => isOpen);
  expect(new Set(left.map(({ id }) => id))).toEqual(shared);
  expect(annotatorsOf(state)).toEqual([{ author: 'ann', votes: 60, left: 0 }]);
});

test('all pairs of a prompt are offered at once, when every system has answered it', () => {
  const complete = new Set(['p0', 'p1']);
  const offered = queueOf(stateOf({ complete }), 'ann').filter(({ isOffered }) => isOffered);
  expect(offered.map(({ id }) => id).toSorted()).toEqual(['c0', 'c1', 'c2', 'c3', 'c4', 'c5']);
});

test('a pair of which an answer failed, or that a rule has tied, waits for nobody', () => {
  const tie = { ...vote('c1', 'identical answers'), authorKind: 'rule' as const };
  const state = stateOf({
    items: items.map((item) => (item.id === 'c0' ? { ...item, bFinish: 'failed' } : item)),
    votes: [tie],
  });
  const waiting = queueOf(state, 'ann').filter(({ isOpen }) => isOpen);
  expect(waiting).toHaveLength(58);
  expect(queueOf(state, 'ann').find(({ id }) => id === 'c0')).toMatchObject({
    isFailed: true,
    isOffered: false,
  });
});

const separatedBy = (count: number) =>
  separationOf(stateOf({ votes: items.slice(0, count).map(({ id }) => vote(id, 'ann')) }));

// A number that moves with one vote tells whether that vote was for the system that leads.
test('how many votes separate the pairs of systems, on all sets together, is counted in whole steps of 25', () => {
  expect(separatedBy(24)).toBeNull();
  expect(separatedBy(25)).toEqual({ votes: 25, separated: 3, moreVotes: 0 });
  expect(separatedBy(49)).toEqual(separatedBy(25));
});
