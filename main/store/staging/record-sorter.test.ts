import { expect, test } from 'vitest';
import { seededUniform } from '../../../shared/domain/seeded-uniform.ts';
import { RecordSorter } from './record-sorter.ts';
import { ScratchFile } from './scratch-file.ts';
import { SeenIds } from './seen-ids.ts';

test('records in many runs come out as one sort would have them, as often as they are asked for', () => {
  using file = new ScratchFile();
  const sorter = new RecordSorter(file, { width: 3, keys: 2, capacity: 300 });
  const uniform = seededUniform(4);
  const records = Array.from({ length: 5000 }, (_, index) => [
    Math.floor(50 * uniform()),
    index - 2500,
    index,
  ]);
  for (const record of records) sorter.add(record);
  const expected = records.toSorted(([a = 0, b = 0], [c = 0, d = 0]) => a - c || b - d);
  for (let time = 0; time < 2; time++)
    expect(Array.from(sorter.sorted(), (record) => [...record])).toEqual(expected);
});

test('no record, and records that fill their run to the last, are sorted as well', () => {
  using file = new ScratchFile();
  const sorter = new RecordSorter(file, { width: 1, keys: 1, capacity: 2 });
  expect([...sorter.sorted()]).toEqual([]);
  for (const number of [4, 3, 2, 1]) sorter.add([number]);
  expect(Array.from(sorter.sorted(), ([number]) => number)).toEqual([1, 2, 3, 4]);
});

test('what is longer than the file waits for is read back, beside what is short', () => {
  using file = new ScratchFile();
  const long = Buffer.alloc(3_000_000, 'long ');
  const places = [Buffer.from('first'), long, Buffer.from('last')].map((bytes) => ({
    at: file.append(bytes),
    bytes,
  }));
  for (const { at, bytes } of places) expect(file.read(at, bytes.length).equals(bytes)).toBe(true);
});

test('an id is known from its first time on, near others, far apart and below zero', () => {
  using seen = new SeenIds(3);
  const ids = [1, 2, 4095, 4096, -1, 0, 2 ** 52, 7 * 2 ** 40, -(2 ** 50), 9_000_000];
  expect(ids.map((id) => seen.add(id))).toEqual(ids.map(() => true));
  expect(ids.map((id) => seen.add(id))).toEqual(ids.map(() => false));
});
