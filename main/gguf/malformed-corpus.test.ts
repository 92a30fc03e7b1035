import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { GgufError } from './header/gguf-error.ts';
import { readGguf } from './read-gguf.ts';
import { hyperparameterMutations } from './testing/hyperparameter-mutations.ts';
import { layoutMutations } from './testing/layout-mutations.ts';
import { malformedFiles } from './testing/malformed-gguf.ts';
import type { Mutation } from './testing/mutation.ts';
import { encodeRawGguf } from './testing/raw-gguf.ts';
import { seededRandom } from './testing/seeded-random.ts';
import { validGgufs } from './testing/valid-gguf.ts';
import { vocabularyMutations } from './testing/vocabulary-mutations.ts';

const folder = mkdtempSync(join(tmpdir(), 'lima-corpus-'));
afterAll(() => rmSync(folder, { recursive: true }));

const mutations = [...layoutMutations, ...vocabularyMutations, ...hyperparameterMutations];
const drawsPerFile = 2;

async function rejectionOf(bytes: Uint8Array): Promise<GgufError | undefined> {
  const path = join(folder, 'file.gguf');
  writeFileSync(path, bytes);
  try {
    await readGguf(path);
    return undefined;
  } catch (error) {
    if (error instanceof GgufError) return error;
    throw error;
  }
}

/** The files that a mutation makes, each out of a valid one, with where they come from. */
function* filesOf(mutation: Mutation): Generator<{ origin: string; bytes: Buffer }> {
  for (const [name, build] of Object.entries(validGgufs))
    for (let seed = 0; seed < drawsPerFile; seed++) {
      const raw = build();
      if (!mutation.apply(raw, seededRandom(seed))) continue;
      yield { origin: `${mutation.problem}, ${name}, seed ${seed}`, bytes: encodeRawGguf(raw) };
    }
}

const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** Hashes of the malformed files that were rejected, so that no file counts twice. */
const rejected = new Set(malformedFiles.map(({ bytes }) => digest(bytes)));

test.each(Object.entries(validGgufs))('a valid file is accepted: %s', async (_name, build) => {
  expect((await rejectionOf(encodeRawGguf(build())))?.message).toBeUndefined();
});

test.each(mutations)('rejects $problem, and says where', async (mutation) => {
  let files = 0;
  const missed: string[] = [];
  for (const { origin, bytes } of filesOf(mutation)) {
    const error = await rejectionOf(bytes);
    if (!error || !mutation.message.test(error.message))
      missed.push(`${origin}: ${error?.message ?? 'accepted'}`);
    rejected.add(digest(bytes));
    files++;
  }
  expect(missed).toEqual([]);
  expect(files).toBeGreaterThan(0);
});

test('a valid file of any kind cut anywhere is GGUF_TRUNCATED', async () => {
  for (const [index, [name, build]] of Object.entries(validGgufs).entries()) {
    const whole = encodeRawGguf(build());
    const draw = seededRandom(index);
    for (let cut = 0; cut < 8; cut++) {
      const length = draw(whole.length);
      const error = await rejectionOf(whole.subarray(0, length));
      expect(error?.code, `${name} cut at ${length}`).toBe('GGUF_TRUNCATED');
      rejected.add(digest(whole.subarray(0, length)));
    }
  }
});

test('the corpus has at least 500 distinct malformed files', () => {
  expect(rejected.size).toBeGreaterThan(500);
  // The number is a figure of the project, so a run shows it.
  process.stdout.write(`malformed GGUF files rejected: ${rejected.size}\n`);
});
