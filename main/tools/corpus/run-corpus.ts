import { execFile } from 'node:child_process';
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { z } from 'zod';
import { mutate } from './mutate.ts';

// npm run corpus -- FOLDER… [--mutate N] [--seed S]: tries every file, each in a process of its own.
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    mutate: { type: 'string', default: '0' },
    seed: { type: 'string', default: '1' },
  },
});
if (positionals.length === 0) {
  console.error('usage: npm run corpus -- FOLDER… [--mutate N] [--seed S]');
  process.exit(2);
}

const limits = { ms: 30_000, peakBytes: 500e6 };
const run = promisify(execFile);
const entry = join(import.meta.dirname, 'try-file.ts');

const outcomeSchema = z.object({
  outcome: z.enum(['read', 'refused']),
  words: z.string(),
  peakBytes: z.number(),
});

interface Row {
  file: string;
  outcome: 'read' | 'refused' | 'CRASH' | 'HANG' | 'MEMORY';
  megabytes: number;
  seconds: number;
  words: string;
}

async function rowOf(path: string, file: string): Promise<Row> {
  const startMs = performance.now();
  const row = (outcome: Row['outcome'], words: string, peakBytes = 0): Row => ({
    file,
    outcome,
    megabytes: Math.round(peakBytes / 1e6),
    seconds: Number(((performance.now() - startMs) / 1000).toFixed(1)),
    words: words.replaceAll(/\s+/g, ' ').slice(0, 160),
  });
  try {
    const { stdout } = await run(process.execPath, [entry, path], {
      timeout: limits.ms,
      killSignal: 'SIGKILL',
      maxBuffer: 64 * 1024 ** 2,
    });
    const result = outcomeSchema.parse(JSON.parse(stdout));
    const isTooMuch = result.peakBytes > limits.peakBytes;
    return row(isTooMuch ? 'MEMORY' : result.outcome, result.words, result.peakBytes);
  } catch (error) {
    const isKilled = error instanceof Error && 'killed' in error && error.killed === true;
    const last = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
    return row(
      isKilled ? 'HANG' : 'CRASH',
      last.split('\n').find((line) => /Error|FATAL/.test(line)) ?? last,
    );
  }
}

const filesIn = (folder: string) =>
  statSync(folder).isFile()
    ? [folder]
    : readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entryOf) => entryOf.isFile())
        .map((entryOf) => join(entryOf.parentPath, entryOf.name))
        .toSorted();

const rows: Row[] = [];
/** Every file is mutated in ways of its own. */
let seeds = Number(values.seed) - 1000;
const tell = (row: Row) => {
  rows.push(row);
  const numbers = [`${row.megabytes} MB`.padStart(7), `${row.seconds} s`.padStart(7)];
  console.log([row.outcome.padEnd(7), ...numbers, row.file, '·', row.words].join(' '));
};
const scratch = mkdtempSync(join(tmpdir(), 'corpus-'));
try {
  for (const path of positionals.flatMap(filesIn)) {
    seeds += 1000;
    tell(await rowOf(path, path));
    for (let index = 0; index < Number(values.mutate); index++) {
      const seed = seeds + index;
      const { name, bytes, sparseBytes = 0 } = mutate(readFileSync(path), seed);
      const mutated = join(scratch, basename(path));
      writeFileSync(mutated, bytes);
      truncateSync(mutated, bytes.length + sparseBytes);
      tell(await rowOf(mutated, `${basename(path)} (${name}, seed ${seed})`));
    }
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
const counts = Object.groupBy(rows, ({ outcome }) => outcome);
console.log(
  Object.entries(counts)
    .map(([outcome, list]) => `${list.length} ${outcome}`)
    .join(', '),
);
if (rows.some(({ outcome }) => ['CRASH', 'HANG', 'MEMORY'].includes(outcome))) process.exitCode = 1;
