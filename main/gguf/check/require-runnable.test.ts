import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { GgufFile } from '../header/gguf-file.ts';
import { readGguf } from '../read-gguf.ts';
import { isMappable, requireRunnable } from './require-runnable.ts';
import { array, encodeRawGguf, entry, type RawGguf, strings, u32 } from '../testing/raw-gguf.ts';
import { validGgufs } from '../testing/valid-gguf.ts';

const folder = mkdtempSync(join(tmpdir(), 'lima-runnable-'));
afterAll(() => rmSync(folder, { recursive: true }));

const valid = (kind: string) => validGgufs[kind]?.() ?? expect.fail(`There is no ${kind}`);

async function read(raw: RawGguf): Promise<GgufFile> {
  const path = join(folder, 'file.gguf');
  writeFileSync(path, encodeRawGguf(raw));
  return await readGguf(path);
}

function put(raw: RawGguf, value: RawGguf['entries'][number]): void {
  raw.entries = [...raw.entries.filter(({ key }) => key !== value.key), value];
}

const bytes = 'byte-level F32';
const pieces = 'sentence pieces BF16';

test.each([bytes, pieces, 'byte-level Q8_0, aligned to 8', 'vocabulary alone'])(
  'a %s model can be given to llama.cpp',
  async (kind) => {
    const file = await read(valid(kind));
    expect(() => requireRunnable(file)).not.toThrow();
  },
);

test('weights off the alignment that a mapping needs are noticed', async () => {
  expect(isMappable(await read(valid('byte-level Q4_K, aligned to 4096')))).toBe(true);
  expect(isMappable(await read(valid('byte-level Q8_0, aligned to 8')))).toBe(false);
});

const refusals: [problem: string, kind: string, message: RegExp, change: (raw: RawGguf) => void][] =
  [
    ['no tokenizer', 'no tokenizer', /no tokenizer/, () => undefined],
    ['a vocabulary by number only', 'no vocabulary', /no tokenizer/, () => undefined],
    [
      'sentence pieces without a token for every byte',
      pieces,
      /no token for the byte 0/,
      (raw) => {
        const texts = Array.from({ length: 264 }, (_, index) => `piece ${index}`);
        put(raw, strings('tokenizer.ggml.tokens', texts));
        put(raw, array('tokenizer.ggml.token_type', 5, ...texts.map(() => u32(1))));
      },
    ],
    [
      'no width of the feed-forward part',
      bytes,
      /feed_forward_length" is missing/,
      (raw) => {
        raw.entries = raw.entries.filter(({ key }) => key !== 'llama.feed_forward_length');
      },
    ],
    [
      'rows of another length than the hyperparameters say',
      bytes,
      /"blk\.0\.ffn_down\.weight" has rows of 64/,
      (raw) => put(raw, entry('llama.feed_forward_length', 4, u32(5))),
    ],
    [
      'a norm that is not F32',
      bytes,
      /"blk\.0\.attn_norm\.weight" is a vector of I32/,
      (raw) => {
        const norm = raw.tensors.find(({ name }) => name.toString() === 'blk.0.attn_norm.weight');
        if (norm) norm.type = 26;
      },
    ],
    [
      'a matrix of whole numbers',
      bytes,
      /"blk\.0\.attn_q\.weight" is I32/,
      (raw) => {
        const matrix = raw.tensors.find(({ name }) => name.toString() === 'blk.0.attn_q.weight');
        if (matrix) matrix.type = 26;
      },
    ],
  ];

test.each(refusals)(
  'refuses %s, on which llama.cpp aborts',
  async (_problem, kind, message, change) => {
    const raw = valid(kind);
    change(raw);
    const file = await read(raw);
    expect(() => requireRunnable(file)).toThrow(message);
  },
);
