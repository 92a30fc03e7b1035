import { expect, test } from 'vitest';
import { xrayRow } from '../../../shared/domain/testing/xray-row.ts';
import type { XrayRow } from '../../../shared/domain/xray.ts';
import { lookedAgain, withRows, type SamplesAhead } from './samples-ahead.ts';

const counting: SamplesAhead = {
  phase: 'counting',
  done: 0,
  total: 9,
  found: 0,
  first: [],
  samples: null,
  error: undefined,
};

const row = (seq: number, fields: Partial<XrayRow> = {}) =>
  xrayRow({ sampleId: `s${seq}`, seq, ...fields });

test('samples that would not come as meant are counted, the first three with number and place', () => {
  const cut = (seq: number) => row(seq, { outcome: 'truncated', wholeTokens: 30 });
  const text = 'asked with another prompt';
  const remarked = row(2, { remarks: [{ kind: 'prompt-differs', message: 1, text }] });
  const some = withRows(counting, [row(1), remarked], 20);
  expect(some).toMatchObject({ done: 2, found: 1 });
  const all = withRows(some, [cut(3), row(4), cut(5), cut(6)], 20);
  expect(all).toMatchObject({ phase: 'counting', done: 6, total: 9, found: 4 });
  expect(all.first).toEqual([
    { sampleId: 's2', text: '#2: Message 2: asked with another prompt.' },
    { sampleId: 's3', text: expect.stringMatching(/^#3: Cut at 20 tokens: 10 tokens/) },
    { sampleId: 's5', text: expect.stringMatching(/^#5: Cut at/) },
  ]);
});

test('a look after one that failed is another attempt, though it was wanted all along', () => {
  const failed = { key: 'choice', isWanted: true, attempt: 1 };
  expect(lookedAgain(failed, 'choice')).toEqual({ key: 'choice', isWanted: true, attempt: 2 });
  expect(lookedAgain({ ...failed, isWanted: false }, 'other')).toMatchObject({
    key: 'other',
    attempt: 2,
  });
});
