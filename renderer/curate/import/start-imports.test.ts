import { expect, it } from 'vitest';
import { placeIn } from './start-imports.ts';

const entry = (name: string, sizeBytes: number, isDirectory = false) => {
  return { name, path: `/data/${name}`, isDirectory, sizeBytes, modifiedMs: 0 };
};
const dropped = (name: string, sizeBytes: number, path = '') => ({ name, sizeBytes, path });

it('finds dropped files of a folder by name and size, and leaves chosen paths alone', () => {
  const entries = [entry('a.jsonl', 3), entry('b.jsonl', 4), entry('c.jsonl', 5, true)];
  const files = [
    dropped('a.jsonl', 3),
    dropped('b.jsonl', 7),
    dropped('c.jsonl', 5),
    dropped('a.jsonl', 3, '/elsewhere/a.jsonl'),
  ];
  expect(placeIn(entries, files).map(({ path }) => path)).toEqual([
    '/data/a.jsonl',
    '',
    '',
    '/elsewhere/a.jsonl',
  ]);
});
