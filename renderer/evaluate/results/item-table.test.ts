import { expect, it } from 'vitest';
import type { ReportItem } from '../../../shared/domain/report/evaluation-report.ts';
import { filterItems, promptExcerpt } from './item-table.tsx';

const answer = { output: 'x', finish: null, seed: null, turns: [] };
const item = (ordinal: number, verdict: ReportItem['verdict']): ReportItem => ({
  ordinal,
  prompt: [{ role: 'user', content: 'Hi' }],
  a: answer,
  b: answer,
  shownLeft: 'a',
  expected: null,
  votes: [],
  verdict,
});

it('puts every comparison into exactly one of the four groups', () => {
  const items = [item(0, 'a'), item(1, null), item(2, 'tie'), item(3, 'b')];
  const grouped = (['a', 'b', 'tie', 'open'] as const).flatMap((filter) =>
    filterItems(items, filter).map(({ ordinal }) => ordinal),
  );
  expect(grouped.toSorted((p, q) => p - q)).toEqual([0, 1, 2, 3]);
  expect(filterItems(items, 'open').map(({ ordinal }) => ordinal)).toEqual([1]);
});

it('shows the question asked last, in one line, and cuts no character in half', () => {
  const prompt = [
    { role: 'user' as const, content: 'First' },
    { role: 'assistant' as const, content: 'Answer' },
    { role: 'user' as const, content: `Second\n  line ${'😀'.repeat(200)}` },
  ];
  const excerpt = promptExcerpt({ prompt });
  expect(excerpt.startsWith('Second line 😀')).toBe(true);
  expect(excerpt.isWellFormed()).toBe(true);
});
