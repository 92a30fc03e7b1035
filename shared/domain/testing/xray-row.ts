import type { XrayRow } from '../xray.ts';

/** A sample that comes whole: ten tokens, five of them trained, one answer with its end. */
export const xrayRow = (changes: Partial<XrayRow> = {}): XrayRow => ({
  sampleId: 'a',
  seq: 1,
  source: 'own',
  prompt: 'Why?',
  isCurrent: true,
  outcome: 'whole',
  reason: '',
  wholeTokens: 10,
  tokens: 10,
  trainedTokens: 5,
  sequences: 1,
  isPerAnswer: false,
  answers: 1,
  endedAnswers: 1,
  remarks: [],
  ...changes,
});
