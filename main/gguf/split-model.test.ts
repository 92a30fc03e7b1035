import { copyFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { requireRunnable } from './check/require-runnable.ts';
import { GgufError } from './header/gguf-error.ts';
import type { GgufFile } from './header/gguf-file.ts';
import { modelInfo } from './model/model-info.ts';
import { readGguf } from './read-gguf.ts';
import { splitGguf } from './testing/split-gguf.ts';
import { writeTinyModel } from './tiny/tiny-model.ts';
import type { GgufEntry } from './write/gguf-content.ts';

const folder = mkdtempSync(join(tmpdir(), 'lima-split-'));
afterAll(() => rmSync(folder, { recursive: true }));
const shape = { embeddingLength: 32, feedForwardLength: 32, layers: 2, heads: 2 };
const wholePath = join(folder, 'whole.gguf');
const cut = { tensors: [3, 5] };
beforeAll(async () => void (await writeTinyModel(wholePath, shape)));

/** A folder for one case, with the three parts of the model in it. */
async function threeParts(
  name: string,
  change?: (entries: GgufEntry[], number: number) => GgufEntry[],
): Promise<[first: string, second: string, third: string]> {
  const stem = join(folder, name, 'quince');
  mkdirSync(join(folder, name));
  const [first = '', second = '', third = ''] = await splitGguf(wholePath, {
    ...cut,
    stem,
    ...(change && { change }),
  });
  return [first, second, third];
}

async function refusalOf(path: string): Promise<GgufError> {
  const result: unknown = await readGguf(path).catch((error: unknown) => error);
  if (result instanceof GgufError) return result;
  throw new Error(`Expected a GgufError, got ${JSON.stringify(result)}`);
}

/** What a model is, wherever its tensors lie. */
const content = ({ metadata, tensors }: GgufFile) => ({
  metadata: [...metadata.keys()],
  tensors: tensors.map(({ name, ne, type, sizeBytes }) => ({ name, ne, type, sizeBytes })),
});

test('any part leads to the whole model, which takes what its parts take', async () => {
  const paths = await threeParts('any');
  const whole = await readGguf(wholePath);
  const sizes = paths.map((path) => statSync(path).size);
  for (const path of paths) {
    const file = await readGguf(path);
    expect(content(file)).toEqual(content(whole));
    expect(file.parts).toEqual(paths.map((one, at) => ({ path: one, sizeBytes: sizes[at] })));
    expect(file.tensors.slice(2, 9).map(({ part }) => part)).toEqual([0, 1, 1, 1, 1, 1, 2]);
    expect(file.fileSizeBytes).toBe(sizes[0]! + sizes[1]! + sizes[2]!);
    expect(modelInfo(file)).toEqual({
      ...modelInfo(whole),
      fileSizeBytes: file.fileSizeBytes,
      trainable: 'yes',
    });
    expect(() => requireRunnable(file)).not.toThrow();
  }
});

test('the first part may hold the metadata alone', async () => {
  const [path = ''] = await splitGguf(wholePath, { stem: join(folder, 'bare'), tensors: [0, 4] });
  expect(content(await readGguf(path))).toEqual(content(await readGguf(wholePath)));
});

test('one file that says it is the only part is a model of its own', async () => {
  const path = join(folder, 'joined.gguf');
  const entries = [0, 1].map((value, at): GgufEntry => ({
    key: at === 0 ? 'split.no' : 'split.count',
    type: 'u16',
    value,
  }));
  await writeTinyModel(path, { ...shape, entries });
  expect(content(await readGguf(path))).toEqual(content(await readGguf(wholePath)));
});

test.each([1, 2, 3])('without part %i of 3 the model is refused by its path', async (number) => {
  const paths = await threeParts(`without-${number}`);
  const missing = paths[number - 1] ?? '';
  rmSync(missing);
  for (const path of paths) {
    const { code, message } = await refusalOf(path);
    expect(code).toBe('GGUF_UNREADABLE');
    expect(message).toContain(`There is no file ${missing}: it is part ${number} of 3`);
  }
});

const set = (key: string, type: 'u16' | 'i32', value: number) => (entries: GgufEntry[]) => [
  ...entries.filter((entry) => entry.key !== key),
  { key, type, value } as const,
];
const text = (key: string, value: string): GgufEntry => ({ key, type: 'string', value });
const ofPart =
  (wanted: number, change: (entries: GgufEntry[]) => GgufEntry[]) =>
  (entries: GgufEntry[], number: number) => (number === wanted ? change(entries) : entries);

const wrong: [
  problem: string,
  change: (entries: GgufEntry[], number: number) => GgufEntry[],
  words: RegExp,
][] = [
  [
    'a wrong number',
    ofPart(2, set('split.no', 'u16', 2)),
    /00002-of-00003.*says part 2 of 3.*header part 3 of 3/,
  ],
  ['another count', ofPart(3, set('split.count', 'u16', 4)), /00003-of-00003.*header part 3 of 4/],
  [
    'no word of parts',
    ofPart(2, (entries) => entries.slice(0, 0)),
    /00002-of-00003.*header that it is whole/,
  ],
  [
    'no number',
    ofPart(1, (entries) => entries.filter(({ key }) => key !== 'split.no')),
    /has no "split.no"/,
  ],
  ['a count as i32', ofPart(1, set('split.count', 'i32', 3)), /"split.count" has the type i32/],
  ['65,535 parts', (entries) => set('split.count', 'u16', 65_535)(entries), /claims 65535 parts/],
  [
    'more tensors than there are',
    (entries) => set('split.tensors.count', 'i32', 99)(entries),
    /3 parts hold \d+ tensors, and its header says 99/,
  ],
  [
    'no number of tensors',
    (entries) => entries.filter(({ key }) => key !== 'split.tensors.count'),
    /says not how many/,
  ],
  [
    'another number of tensors in one part',
    ofPart(3, set('split.tensors.count', 'i32', 5)),
    /00003-of-00003.*"split.tensors.count" is 5.*different models/,
  ],
  [
    'the name of another model',
    ofPart(2, (entries) => [...entries, text('general.name', 'medlar')]),
    /00002-of-00003.*"general.name" is "medlar".*"tiny".*different models/,
  ],
  [
    'the kind of an adapter',
    ofPart(1, (entries) => [...entries, text('general.type', 'adapter')]),
    /kind "adapter", which is never in several files/,
  ],
];

test.each(wrong)(
  'parts with %s are refused by the part and what it says',
  async (problem, change, words) => {
    const [, second] = await threeParts(problem.replaceAll(/\W/g, '-'), change);
    const { code, message } = await refusalOf(second);
    expect(code).toBe('GGUF_INVALID');
    expect(message).toMatch(words);
  },
);

test('one part in the place of another is refused', async () => {
  const [first, second] = await threeParts('twice');
  copyFileSync(second, first.replace('00001-of', '00003-of'));
  const { message } = await refusalOf(first);
  expect(message).toMatch(/00003-of-00003.*its name says part 3 of 3.*its header part 2 of 3/);
});

test('a part of another cut, in which a tensor is again, is refused by both files', async () => {
  const [first, second] = await threeParts('cut');
  const other = await splitGguf(wholePath, { stem: join(folder, 'other'), tensors: [3, 6] });
  copyFileSync(other[1] ?? '', second);
  const { message } = await refusalOf(first);
  expect(message).toMatch(/00003-of-00003.*the tensor ".*" is in it and in .*00002-of-00003/s);
});

test('a part of a wider model is refused, though it has the same tensors', async () => {
  const [first] = await threeParts('wider');
  await writeTinyModel(join(folder, 'wide.gguf'), { ...shape, embeddingLength: 64 });
  const other = await splitGguf(join(folder, 'wide.gguf'), {
    ...cut,
    stem: join(folder, 'wide'),
  });
  copyFileSync(other[1] ?? '', first.replace('00001-of', '00002-of'));
  expect(modelInfo(await readGguf(first)).trainable).toMatch(/blk\.0\.\S+ .*(32|64)/);
});

test('a part under another name says how it was called, and a whole file in the name of one what to do', async () => {
  const [first] = await threeParts('renamed');
  const renamed = join(folder, 'renamed', 'quince.gguf');
  renameSync(first, renamed);
  expect((await refusalOf(renamed)).message).toContain(
    'it is part 1 of 3 of a model, and its name',
  );
  copyFileSync(wholePath, first);
  expect((await refusalOf(first)).message).toContain('its header that it is whole; rename it');
});
