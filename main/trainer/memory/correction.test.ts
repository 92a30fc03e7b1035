import { expect, test } from 'vitest';
import { correctionOf, kindOf, likeRuns } from './correction.ts';
import { inactiveFileBytes } from './free-memory.ts';

const errors = (...bytes: number[]) => bytes.map((errorBytes) => ({ errorBytes }));

test('one odd measurement is outvoted by four others, and alone moves a plan by at most a quarter', () => {
  expect(correctionOf(errors(10, 12, 9e12, 11, 13), 1000).correctionBytes).toBe(10);
  expect(correctionOf(errors(9e12), 1000).correctionBytes).toBe(250);
  expect(correctionOf(errors(-9e12), 1000).correctionBytes).toBe(-250);
});

test('the five latest runs alone correct a plan', () => {
  const all = errors(90, 90, 90, 90, 90, 90, 24, 24, 24, 24, 24);
  expect(correctionOf(all, 1000)).toEqual({ correctionBytes: 20, measuredRuns: 5 });
});

test('one run corrects a plan by less than five that agree', () => {
  expect(correctionOf(errors(24), 1000).correctionBytes).toBe(12);
  expect(correctionOf(errors(24, 24, 24, 24, 24), 1000).correctionBytes).toBe(20);
});

test('a plan without earlier runs is not corrected', () => {
  expect(correctionOf([], 1000)).toEqual({ correctionBytes: 0, measuredRuns: 0 });
});

test('a plan is corrected by runs of the same device, library and method alone', () => {
  const kind = kindOf('cpu', 'lora');
  const known = [
    { ...kind, errorBytes: 1 },
    { ...kind, device: 'cuda0, H100, 580.1', errorBytes: 2 },
    { ...kind, library: 'ggml 0.1', errorBytes: 3 },
    { ...kind, method: 'full', errorBytes: 4 },
  ];
  expect(likeRuns(known, kind).map(({ errorBytes }) => errorBytes)).toEqual([1]);
});

test('memory that holds files which nobody reads now counts as free', () => {
  expect(inactiveFileBytes('anon 5\nfile 9\ninactive_file 4096\nslab 7\n')).toBe(4096);
  expect(inactiveFileBytes('inactive_file 0\ntotal_inactive_file 8192\n')).toBe(8192);
  expect(inactiveFileBytes('cache 5\n')).toBe(0);
});
