import { execFileSync } from 'node:child_process';
import { createReadStream, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { SaxesParser } from 'saxes';
import { z } from 'zod';
import { resultOf } from '../../../shared/contract/job-kinds.ts';
import { scanDump } from '../../core/curate/scan/scan-dump.ts';
import { TestCore } from '../../core/testing/a-core.ts';
import { writeSyntheticPosts } from './synthetic-posts.ts';

// Imports a Posts.xml into a new project, from the first byte until the last sample is on disk, scans
// it, and lets saxes do nothing but parse the same file. Each run is a process of its own, in turns, so that
// peaks of memory are its own: MB/s (10^6 bytes) of the file as it lies on disk, and the peak.
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    megabytes: { type: 'string', default: '100' },
    runs: { type: 'string', default: '3' },
    only: { type: 'string' },
  },
});

const measuredSchema = z.object({
  seconds: z.number(),
  rows: z.number(),
  peakMegabytes: z.number(),
});
type Measured = z.infer<typeof measuredSchema>;

async function measured(work: () => Promise<number>): Promise<Measured> {
  const startMs = performance.now();
  const rows = await work();
  const seconds = (performance.now() - startMs) / 1000;
  return { seconds, rows, peakMegabytes: (process.resourceUsage().maxRSS * 1024) / 1e6 };
}

async function importIntoProject(path: string): Promise<Measured> {
  await using core = await TestCore.start();
  return await measured(async () => {
    const { id } = await core.import(path);
    const job = await core.client.jobs.get({ id });
    const report = resultOf(job, 'import');
    if (!report) throw new Error(`The import of ${path} ${job.state}: ${job.error?.message}`);
    return report.read;
  });
}

async function parseOnly(path: string): Promise<Measured> {
  const parser = new SaxesParser();
  let rows = 0;
  parser.on('opentag', ({ name }) => {
    if (name === 'row') rows++;
  });
  return await measured(async () => {
    for await (const text of createReadStream(path, 'utf8')) parser.write(String(text));
    parser.close();
    return rows;
  });
}

async function scan(path: string): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'lima-bench-'));
  try {
    const outPath = join(folder, 'posts.scan');
    return await measured(async () => {
      const request = { path, modifiedMs: 0, outPath };
      return (await scanDump(request, () => undefined)).counts.rows;
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const works = { import: importIntoProject, scan, saxes: parseOnly };
type Work = keyof typeof works;

function inProcess(work: Work, path: string): Measured {
  const text = execFileSync(process.execPath, [import.meta.filename, '--only', work, path], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return measuredSchema.parse(JSON.parse(text));
}

function compare(path: string, runs: number): void {
  const megabytes = statSync(path).size / 1e6;
  const rates: Record<Work, number[]> = { import: [], scan: [], saxes: [] };
  console.log(`${megabytes.toFixed(1)} MB, ${runs} runs each`);
  for (let run = 0; run < runs; run++)
    for (const work of ['import', 'scan', 'saxes'] as const) {
      const { seconds, rows, peakMegabytes } = inProcess(work, path);
      rates[work].push(megabytes / seconds);
      console.log(
        `${work}: ${(megabytes / seconds).toFixed(1)} MB/s, ${seconds.toFixed(2)} s, ${rows} rows, ` +
          `peak memory ${peakMegabytes.toFixed(0)} MB`,
      );
    }
  const saxes = median(rates.saxes);
  const told = (rate: number) => `${rate.toFixed(1)} MB/s (${(rate / saxes).toFixed(2)})`;
  console.log(
    `median: import end to end ${told(median(rates.import))}, scan ${told(median(rates.scan))}, ` +
      `saxes parsing alone ${saxes.toFixed(1)} MB/s`,
  );
}

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;

const [given] = positionals;
if (values.only === 'import' || values.only === 'scan' || values.only === 'saxes')
  console.log(JSON.stringify(await works[values.only](given ?? '')));
else if (given !== undefined) compare(given, Number(values.runs));
else {
  const folder = mkdtempSync(join(tmpdir(), 'lima-bench-'));
  try {
    const path = join(folder, 'Posts.xml');
    writeSyntheticPosts(path, Number(values.megabytes) * 1e6);
    compare(path, Number(values.runs));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
