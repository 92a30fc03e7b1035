import { describe, expect, it, test } from 'vitest';
import { formatAddress, isSameStep, parseAddress, type Place } from './address.ts';

const places: Place[] = [
  { tab: 'curate', item: null, project: null },
  { tab: 'curate', item: { kind: 'sample', id: '0196b6c0-aaaa' }, project: 'field notes' },
  { tab: 'train', item: { kind: 'run', id: 'a1' }, project: 'Größe & 50 %#?/' },
  { tab: 'train', item: { kind: 'xray' }, project: 'p' },
  { tab: 'evaluate', item: { kind: 'votes' }, project: 'p' },
  { tab: 'evaluate', item: { kind: 'judges' }, project: 'p' },
  { tab: 'evaluate', item: { kind: 'new' }, project: 'p' },
  { tab: 'evaluate', item: { kind: 'evaluation', id: 'e1' }, project: 'p' },
  { tab: 'evaluate', item: { kind: 'evaluation', id: 'e1', pair: 0 }, project: 'p' },
  { tab: 'chat', item: { kind: 'conversation', id: 'c1' }, project: 'p' },
];

test.each(places)('the address of $tab leads back to the same place', (place) => {
  expect(parseAddress(formatAddress(place))).toEqual(place);
});

it('is readable: tab, kind and id', () => {
  const place: Place = { tab: 'train', item: { kind: 'run', id: 'a1' }, project: 'atlas' };
  expect(formatAddress(place)).toBe('#/train/run/a1?project=atlas');
});

const pair = (word: string) => parseAddress(`#/evaluate/evaluation/e1/${word}`)?.item;

it('counts pairs from one, as the page does, and knows no other number', () => {
  expect(pair('3')).toEqual({ kind: 'evaluation', id: 'e1', pair: 2 });
  for (const word of ['0', '-1', '1e3', '12345678', '3x', ''])
    expect(pair(word)).toEqual({ kind: 'evaluation', id: 'e1' });
  expect(parseAddress('#/train/run/a1/3')?.item).toEqual({ kind: 'run', id: 'a1' });
});

function placeOf(fragment: string): Place {
  const known = parseAddress(fragment);
  if (!known) throw new Error(`${fragment} is no place`);
  return known;
}

describe('in the history of the window', () => {
  it.each([
    ['#/curate/sample/a', '#/curate/sample/b'],
    ['#/evaluate/evaluation/e1', '#/evaluate/evaluation/e1/1'],
    ['#/chat', '#/chat/conversation/c1'],
  ])('%s and %s are one step', (before, after) => {
    expect(isSameStep(placeOf(before), placeOf(after))).toBe(true);
  });

  it.each([
    ['#/evaluate/evaluation/e1/1', '#/evaluate/evaluation/e1/2'],
    ['#/evaluate/evaluation/e1/1', '#/evaluate/evaluation/e1'],
    ['#/evaluate/evaluation/e1', '#/evaluate/evaluation/e2/1'],
    ['#/chat/conversation/c1', '#/chat/conversation/c2'],
    ['#/chat/conversation/c1', '#/chat'],
    ['#/train', '#/chat/conversation/c1'],
    ['#/train/run/a', '#/curate/sample/b'],
  ])('%s and %s are two', (before, after) => {
    expect(isSameStep(placeOf(before), placeOf(after))).toBe(false);
  });
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
