import { describe, expect, it, test } from 'vitest';
import { formatAddress, parseAddress, type Place } from './address.ts';

const places: Place[] = [
  { tab: 'curate', item: null, project: null },
  { tab: 'curate', item: { kind: 'sample', id: '0196b6c0-aaaa' }, project: 'field notes' },
  { tab: 'train', item: { kind: 'run', id: 'a1' }, project: 'Größe & 50 %#?/' },
  { tab: 'train', item: { kind: 'xray' }, project: 'p' },
  { tab: 'evaluate', item: { kind: 'new' }, project: 'p' },
];

test.each(places)('the address of $tab leads back to the same place', (place) => {
  expect(parseAddress(formatAddress(place))).toEqual(place);
});

it('is readable: tab, kind and id', () => {
  const place: Place = { tab: 'train', item: { kind: 'run', id: 'a1' }, project: 'atlas' };
  expect(formatAddress(place)).toBe('#/train/run/a1?project=atlas');
});

describe('an address that is none of ours', () => {
  it.each(['', '#', '#token=abc', '#/', '#/nowhere', '#/__proto__/run/a', '#/constructor'])(
    '%j is no place',
    (fragment) => {
      expect(parseAddress(fragment)).toBeNull();
    },
  );

  it.each(['#/train/run/', '#/train/run/%2e%2e%2f', '#/train/run/%', '#/train/sample/a1'])(
    '%j leads to the tab alone',
    (fragment) => {
      expect(parseAddress(fragment)).toEqual({ tab: 'train', item: null, project: null });
    },
  );
});
