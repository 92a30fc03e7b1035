import { expect, it } from 'vitest';
import { stageOf, stageText } from './evaluation-stage.ts';

const counts = {
  comparisons: 4,
  generatedA: 4,
  generatedB: 2,
  failed: 0,
  voted: 0,
  isRevealed: false,
};

it('offers to resume when the job ended without all answers, also when it claims success', () => {
  expect(stageOf(counts, { state: 'running' })).toBe('generating');
  expect(stageOf(counts, { state: 'interrupted' })).toBe('halted');
  expect(stageOf(counts, { state: 'succeeded' })).toBe('halted');
});

it('does not call an evaluation halted before its job is known', () => {
  expect(stageOf(counts, undefined)).toBe('generating');
});

it('ends voting only with the last vote, and shows results only when revealed', () => {
  const generated = { ...counts, generatedB: 4 };
  expect(stageOf({ ...generated, voted: 3 }, { state: 'succeeded' })).toBe('voting');
  expect(stageOf({ ...generated, voted: 4 }, { state: 'succeeded' })).toBe('voted');
  expect(stageOf({ ...counts, isRevealed: true }, { state: 'failed' })).toBe('revealed');
});

it('ends voting without a vote on the pairs of which an answer failed', () => {
  const failed = { ...counts, generatedB: 4, failed: 1, voted: 3 };
  expect(stageOf(failed, { state: 'succeeded' })).toBe('voted');
  expect(stageText(failed, 'voted')).toBe('3 of 3 voted');
});

it('counts the answers of both systems', () => {
  expect(stageText(counts, 'generating')).toBe('6 of 8 answers');
});
