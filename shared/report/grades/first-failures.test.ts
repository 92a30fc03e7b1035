import { expect, test } from 'vitest';
import type { Grade } from '../../domain/evaluate/grade.ts';
import { firstFailures, type TurnGrade } from './first-failures.ts';

const grades = (
  system: string,
  talks: readonly string[],
  given: Partial<TurnGrade> = {},
): TurnGrade[] =>
  talks.flatMap((talk, dialogue) =>
    Array.from(talk, (letter, turn) => ({
      system,
      author: 'ann',
      authorKind: 'human' as const,
      dialogue: String(dialogue),
      turn,
      grade: ({ e: 'excellent', p: 'pass', f: 'fail' } satisfies Record<string, Grade>)[
        letter === 'e' ? 'e' : letter === 'p' ? 'p' : 'f'
      ],
      ...given,
    })),
  );

// LIMA, section 6: 42 turns of 10 dialogues, of which 6 fail within three turns.
const zeroShot = ['fff', 'eff', 'pff', 'eef', 'epf', 'pef', 'eeeff', 'eeeeeeffff', 'eepp', 'eppe'];

test('LIMA’s zero-shot model fails within three turns in 6 of 10 dialogues, with Wilson’s interval', () => {
  const [row, ...more] = firstFailures(grades('zero-shot', zeroShot));
  expect(more).toEqual([]);
  expect(row).toMatchObject({ by: 'people', dialogues: 10, turns: zeroShot.join('').length });
  expect(row?.failedEarly.count).toBe(6);
  expect(row?.failed.count).toBe(8);
  expect(row?.firstAt).toEqual([1, 2, 3, 1, 0, 0, 1]);
  const { lower = 0, upper = 0 } = row?.failedEarly.share ?? {};
  expect([lower, upper].map((value) => Math.round(100 * value))).toEqual([31, 83]);
});

test('two people who graded one dialogue are a cluster, and a judge counts apart', () => {
  const [people, judge] = firstFailures([
    ...grades('s', ['ef', 'ee']),
    ...grades('s', ['ee', 'ee'], { author: 'bob' }),
    ...grades('s', ['ff', 'ff'], { author: 'J', authorKind: 'judge' }),
  ]);
  expect(people).toMatchObject({ dialogues: 2, turns: 8, failed: { count: 1 } });
  expect(people?.failed.share.value).toBe(0.25);
  expect(judge).toMatchObject({ by: 'J', failed: { count: 2, share: { value: 1 } }, firstAt: [2] });
});
