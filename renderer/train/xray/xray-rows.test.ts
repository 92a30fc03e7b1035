import { expect, test } from 'vitest';
import { xrayRow } from '../../../shared/domain/testing/xray-row.ts';
import type { XrayRow } from '../../../shared/domain/xray.ts';
import { listRows, type XrayListing } from './xray-rows.ts';

const row = (sampleId: string, fields: Partial<XrayRow>) =>
  xrayRow({ sampleId, source: 'a', ...fields });

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
])('the listing %o shows the samples %o', (fields, expected) => {
  const heldOutIds = new Set(['one', 'three']);
  const listing = { source: '', problem: '', order: 'dataset', heldOutIds, ...fields } as const;
  expect(listRows(rows, listing).map(({ sampleId }) => sampleId)).toEqual(expected);
});
