import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { changedAtRandom } from '../gguf/testing/random-change.ts';
import { encodeRawGguf } from '../gguf/testing/raw-gguf.ts';
import { seededRandom } from '../gguf/testing/seeded-random.ts';
import { validGgufs } from '../gguf/testing/valid-gguf.ts';
import { createTestFolder } from './testing/test-system.ts';

const loader = fileURLToPath(new URL('testing/load-files.ts', import.meta.url));

/** Set them to look longer and elsewhere: a thousand files take a minute or two. */
const fileCount = Number(process.env['LIMA_FUZZ_FILES'] ?? 80);
const seed = Number(process.env['LIMA_FUZZ_SEED'] ?? 1);

const models = ['byte-level F32', 'byte-level Q8_0, aligned to 8', 'sentence pieces BF16'];
const base = 'byte-level F32';
const adapter = 'LoRA adapter';

let folder: Awaited<ReturnType<typeof createTestFolder>>;
beforeAll(async () => {
  folder = await createTestFolder();
});
afterAll(async () => {
  await folder[Symbol.asyncDispose]();
});

function write(name: string, bytes: Uint8Array): string {
  const path = folder.file(name);
  writeFileSync(path, bytes);
  return path;
}

const valid = (kind: string) => validGgufs[kind]?.() ?? expect.fail(`There is no ${kind}`);

/** Has the files checked and used in a process of its own; gives its exit and last lines. */
function useAll(lines: readonly string[]) {
  const list = write('list', Buffer.from(lines.join('\n')));
  const options = { encoding: 'utf8', timeout: 900_000, maxBuffer: 2 ** 28 } as const;
  const environment = { ...process.env, LIMA_INFERENCE_THREADS: '1', LIMA_INFERENCE_DEVICE: 'cpu' };
  const run = spawnSync(process.execPath, [loader, list], { ...options, env: environment });
  const outcomes = run.stdout.trim().split('\n');
  const count = (outcome: string) => outcomes.filter((line) => line.includes(outcome)).length;
  const isClean = run.status === 0;
  return {
    crash: isClean ? null : `${run.signal}: ${outcomes.at(-1)} ${run.stderr.slice(-600)}`,
    outcomes,
    used: count('\tused'),
    refusedByUs: count('\trefused by us'),
    refusedByNativeCode: count('\trefused by native code'),
  };
}

test('valid models of every alignment, and an adapter, pass the check and run', () => {
  const paths = models.map((kind, index) =>
    write(`valid-${index}.gguf`, encodeRawGguf(valid(kind))),
  );
  const adapterPath = write('adapter.gguf', encodeRawGguf(valid(adapter)));
  const { crash, used } = useAll([...paths, `${paths[0]}\t${adapterPath}`]);
  expect(crash).toBeNull();
  expect(used).toBe(models.length + 1);
});

test('an adapter of embeddings that are the head as well is refused, on which llama.cpp aborts', () => {
  const path = write('tied.gguf', encodeRawGguf(valid(base)));
  const adapterPath = write('embeddings.gguf', encodeRawGguf(valid('LoRA adapter of embeddings')));
  const { crash, outcomes } = useAll([`${path}\t${adapterPath}`]);
  expect(crash).toBeNull();
  expect(outcomes.join()).toContain('changes token embeddings');
  expect(outcomes.join()).not.toContain('in native code');
});

test('no file that passes the check stops the process that loads and runs it', () => {
  const draw = seededRandom(seed);
  const basePath = write('base.gguf', encodeRawGguf(valid(base)));
  const lines = Array.from({ length: fileCount }, (_, index) => {
    const kind = [...models, adapter][index % (models.length + 1)] ?? base;
    const path = write(`changed-${index}.gguf`, changedAtRandom(valid(kind), draw));
    return kind === adapter ? `${basePath}\t${path}` : path;
  });
  const { crash, used, refusedByUs, refusedByNativeCode } = useAll(lines);
  expect(crash).toBeNull();
  expect(used + refusedByUs + refusedByNativeCode).toBe(fileCount);
  process.stdout.write(
    `of ${fileCount} changed files ${refusedByUs} were refused by the check, ` +
      `${refusedByNativeCode} by llama.cpp, ${used} ran\n`,
  );
  expect(used).toBeGreaterThan(fileCount / 50);
});
