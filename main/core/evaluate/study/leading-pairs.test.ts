import { expect, test } from 'vitest';
import { seededUniform } from '../../../../shared/domain/seeded-uniform.ts';
import type { StudyItem } from '../../../store/repositories/studies.ts';
import { leadersOf, usefulItem } from './leading-pairs.ts';
import { StudyQueues } from './study-queue.ts';

const systems = ['e1', 'e2', 'e3', 'e4', 'e5'];
const items: StudyItem[] = systems.flatMap((systemAId, first) =>
  systems.slice(first + 1).flatMap((systemBId) =>
    Array.from({ length: 20 }, (_, prompt) => ({
      id: `${systemAId} ${systemBId} ${prompt}`,
      evaluationId: `${systemAId} ${systemBId}`,
      systemPair: `${systemAId} ${systemBId}`,
      systemAId,
      systemBId,
      promptId: `p${prompt}`,
      leftSide: prompt % 2 === 0 ? ('a' as const) : ('b' as const),
    })),
  ),
);

const strength = (system: string) => (system === 'e4' ? 9 : Number(system.slice(1)));

/** Queues with so many votes of somebody who prefers the later epoch three times in four, and e4 to all. */
function voted(count: number): { queues: StudyQueues; ids: string[] } {
  const study = { seed: 1, overlapPercent: 0, calibrationItems: 0 };
  const queues = new StudyQueues(study, items);
  queues.setAnswers(
    systems.flatMap((systemId) =>
      Array.from({ length: 20 }, (_, prompt) => ({
        systemId,
        promptId: `p${prompt}`,
        finish: 'stop' as const,
      })),
    ),
  );
  const draw = seededUniform(7);
  const ids: string[] = [];
  while (ids.length < count) {
    const item = items.find(({ id }) => id === usefulItem(queues, queues.waitingFor('ann')));
    if (!item) break;
    const isA = strength(item.systemAId) > strength(item.systemBId) === draw() < 0.75;
    const shown = isA === (item.leftSide === 'a') ? 'left' : 'right';
    queues.addVotes([{ comparisonId: item.id, author: 'ann', authorKind: 'human', shown }]);
    ids.push(item.id);
  }
  return { queues, ids };
}

test('votes go to the leaders: the two best get more of them than the two worst, and each epoch some', () => {
  const { ids } = voted(60);
  expect(new Set(ids).size).toBe(60);
  const of = (system: string) => ids.filter((id) => id.includes(system)).length;
  expect(of('e4') + of('e5')).toBeGreaterThan(1.5 * (of('e1') + of('e2')));
  for (const system of systems) expect(of(system)).toBeGreaterThan(0);
});

test('without a vote the queue decides, and nothing waits where nothing is left', () => {
  const { queues } = voted(0);
  const waiting = queues.waitingFor('ann');
  expect(usefulItem(queues, waiting)).toBe(waiting[0]);
  expect(usefulItem(queues, [])).toBeUndefined();
});

test('how far the leaders are is told by whole steps of ten votes, whatever the last ones say', () => {
  expect(leadersOf(voted(9).queues)).toBeNull();
  const far = leadersOf(voted(39).queues);
  expect(far?.votes).toBe(30);
  expect(far).toEqual(leadersOf(voted(30).queues));
});

test('a prompt that is asked of one pair alone is offered once these two have answered it', () => {
  const [only] = items;
  if (!only) throw new Error('There is no item.');
  const alone = [only, ...items.filter(({ promptId }) => promptId !== only.promptId)];
  const queues = new StudyQueues({ seed: 1, overlapPercent: 0, calibrationItems: 0 }, alone);
  expect(queues.answers).toEqual({ done: 0, total: 19 * 5 + 2 });
  queues.setAnswers(
    systems.slice(0, 2).map((systemId) => ({ systemId, promptId: only.promptId, finish: 'stop' })),
  );
  expect(queues.waitingFor('ann')).toEqual([only.id]);
  expect(queues.answers.done).toBe(2);
});
