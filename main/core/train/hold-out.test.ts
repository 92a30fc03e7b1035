import { expect, test } from 'vitest';
import type { Message } from '../../../shared/domain/message.ts';
import type { DatasetItem } from '../../store/repositories/datasets.ts';
import { heldOutIds, splitSamples } from './hold-out.ts';

const turns = (text: string): Message[] => [
  { role: 'user', content: `${text}?` },
  { role: 'assistant', content: text },
];

const item = (sampleId: string, source: string): DatasetItem => ({
  sampleId,
  source,
  seq: 0,
  isCurrent: true,
  provenance: {},
  versionId: sampleId,
  messages: turns(sampleId),
});

const itemsOf = (source: string, count: number) =>
  Array.from({ length: count }, (_, index) => item(`${source}-${index}`, source));

// The sources of LIMA's thousand samples.
const lima = [
  ...itemsOf('stem', 200),
  ...itemsOf('other', 200),
  ...itemsOf('wikihow', 200),
  ...itemsOf('authors', 200),
  ...itemsOf('stories', 150),
  ...itemsOf('tasks', 50),
];

test('a twentieth of LIMA’s samples holds out fifty, from each source in proportion', () => {
  const held = [...heldOutIds(lima, 0.05)].map((id) => id.replace(/-\d+$/, ''));
  const counts = Object.groupBy(held, (source) => source);
  expect(held).toHaveLength(50);
  expect(['stem', 'other', 'wikihow', 'authors'].map((name) => counts[name]?.length)).toEqual([
    10, 10, 10, 10,
  ]);
  expect([7, 8]).toContain(counts['stories']?.length);
  expect([2, 3]).toContain(counts['tasks']?.length);
});

test('neither the order of a dataset nor its ids decide what is held out', () => {
  const held = heldOutIds(lima, 0.05);
  expect(heldOutIds(lima.toReversed(), 0.05)).toEqual(held);
  const renamed = lima.map((one) => ({ ...one, sampleId: `new ${one.sampleId}` }));
  expect(heldOutIds(renamed, 0.05)).toEqual(new Set([...held].map((id) => `new ${id}`)));
});

test.each([
  [0, 1000, 0],
  [0.05, 1, 1],
  [0.05, 2, 1],
  [0.05, 12, 1],
  [0.05, 30, 2],
  [0.5, 3, 2],
])('a share of %d of %i samples holds out %i', (share, count, expected) => {
  expect(heldOutIds(itemsOf('a', count), share).size).toBe(expected);
});

const encoded = (id: string) => ({
  id,
  tokens: Int32Array.of(1, 2),
  trained: Uint8Array.of(0, 1),
});

const whole = (sequences: { id: string }[]) =>
  new Set(sequences.map(({ id }) => id.replace(/#.*/, '')));

test('every sequence of a held-out sample is held out, and none that was left out counts', () => {
  const items = itemsOf('a', 8);
  const sequences = items
    .slice(0, 6)
    .flatMap(({ sampleId }) => [encoded(`${sampleId}#1`), encoded(`${sampleId}#2`)]);
  const { trained, held, heldIds, candidates } = splitSamples(sequences, items, 0.5);
  expect(candidates).toBe(6);
  expect(heldIds.size).toBe(3);
  expect(whole(held)).toEqual(heldIds);
  expect([...whole(trained)].filter((id) => heldIds.has(id))).toEqual([]);
  expect([...held, ...trained].map(({ id }) => id).toSorted()).toEqual(
    sequences.map(({ id }) => id).toSorted(),
  );
});
