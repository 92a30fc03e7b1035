import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readGguf } from '../../gguf/read-gguf.ts';
import { writeGguf } from '../../gguf/write/write-gguf.ts';

/**
 * Times the check of a header with a vocabulary of 128,000 tokens and 256,000 merges, beside
 * reading the same file and decoding it with one call of TextDecoder, in turns.
 * `node main/tools/bench/measure-read-gguf.ts`
 */
const tokenCount = 128_000;
const rounds = 9;

const numbered = (prefix: string, length: number) =>
  Array.from({ length }, (_, index) => `${prefix}${index}`);

async function writeVocabulary(path: string): Promise<void> {
  const prefix = 'tokenizer.ggml';
  await writeGguf(path, {
    metadata: [
      { key: 'general.architecture', type: 'string', value: 'llama' },
      { key: `${prefix}.model`, type: 'string', value: 'gpt2' },
      {
        key: `${prefix}.tokens`,
        type: 'array',
        elementType: 'string',
        value: numbered('Ġtoken', tokenCount),
      },
      {
        key: `${prefix}.token_type`,
        type: 'array',
        elementType: 'i32',
        value: new Int32Array(tokenCount).fill(1),
      },
      {
        key: `${prefix}.merges`,
        type: 'array',
        elementType: 'string',
        value: numbered('Ġ m', 2 * tokenCount),
      },
    ],
    tensors: [],
  });
}

async function timeMs(work: () => Promise<unknown> | string): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

const folder = mkdtempSync(join(tmpdir(), 'lima-bench-'));
try {
  const path = join(folder, 'vocabulary.gguf');
  await writeVocabulary(path);
  const firstMs = await timeMs(() => readGguf(path));
  const checkMs: number[] = [];
  const decodeMs: number[] = [];
  for (let round = 0; round < rounds; round++) {
    decodeMs.push(await timeMs(() => new TextDecoder().decode(readFileSync(path))));
    checkMs.push(await timeMs(() => readGguf(path)));
  }
  const ratio = median(checkMs) / median(decodeMs);
  process.stdout.write(
    `check of ${tokenCount} tokens: first ${firstMs.toFixed(0)} ms, then ${median(checkMs).toFixed(0)} ms; ` +
      `reading and decoding the file at once: ${median(decodeMs).toFixed(0)} ms; ratio ${ratio.toFixed(2)}\n`,
  );
} finally {
  rmSync(folder, { recursive: true });
}
