import { expect, test } from 'vitest';
import type { XrayRow } from '../../shared/domain/xray.ts';
import { listRows, type XrayListing } from './xray-rows.ts';

const row = (sampleId: string, fields: Partial<XrayRow>): XrayRow => ({
  sampleId,
  seq: 1,
  source: 'a',
  prompt: '',
  isCurrent: true,
  outcome: 'whole',
  reason: '',
  wholeTokens: 10,
  tokens: 10,
  trainedTokens: 5,
  parts: 1,
  answers: 1,
  endedAnswers: 1,
  ...fields,
});

const rows = [
  row('one', { wholeTokens: 20 }),
  row('two', { outcome: 'truncated', wholeTokens: 30 }),
  row('three', { source: 'b', trainedTokens: 1 }),
];

test.each<[Partial<XrayListing>, string[]]>([
  [{ problem: 'held-out' }, ['one', 'three']],
  [{ problem: 'held-out', source: 'b' }, ['three']],
  [{ problem: 'any' }, ['two']],
  [{ problem: 'dropped' }, []],
  [{ order: 'longest' }, ['two', 'one', 'three']],
  [{ order: 'least-trained' }, ['three', 'one', 'two']],
])('%o lists other samples than %o', (fields, expected) => {
  const heldOutIds = new Set(['one', 'three']);
  const listing = { source: '', problem: '', order: 'dataset', heldOutIds, ...fields } as const;
  expect(listRows(rows, listing).map(({ sampleId }) => sampleId)).toEqual(expected);
});
