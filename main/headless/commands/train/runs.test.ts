import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { runComparisonSchema } from '../../../../shared/domain/runs/run-comparison.ts';
import { prunePlanSchema } from '../../../../shared/domain/runs/pruning.ts';
import { timeEstimateSchema } from '../../../../shared/domain/runs/time-estimate.ts';
import { runSchema } from '../../../../shared/domain/run.ts';
import { writeTinyModel } from '../../../gguf/tiny/tiny-model.ts';
import { CliFolder } from '../../testing/child-cli.ts';

// Every command starts processes: minutes on a machine that does other work.
vi.setConfig({ testTimeout: 120_000 });

let folder: CliFolder;
const model = ['--base', 'tiny.gguf', '--dataset', 'd', '--set', 'threads=1'];
const train = (name: string, epochs: number) => [
  'train',
  'p.lima',
  ...model,
  '--name',
  name,
  '--set',
  `epochs=${epochs}`,
];
beforeAll(async () => {
  folder = new CliFolder('here');
  const shape = { embeddingLength: 32, layers: 1, heads: 2, feedForwardLength: 64 };
  await writeTinyModel(join(folder.path, 'tiny.gguf'), shape);
  const samples = Array.from({ length: 4 }, (_, number) => ({
    messages: [
      { role: 'user', content: `Hello ${number}` },
      { role: 'assistant', content: `Hello to you, ${number}.` },
    ],
  }));
  folder.write('samples.jsonl', samples);
  for (const words of [
    ['new', 'p.lima'],
    ['import', 'p.lima', 'samples.jsonl'],
    ['review', 'p.lima', 'accept', '--all'],
    ['dataset', 'freeze', 'p.lima', 'd'],
    train('short', 2),
    train('long', 3),
  ])
    await folder.run(...words);
}, 240_000);
afterAll(() => folder[Symbol.dispose]());

it('compares runs as a table, as CSV in a file, and as a document', async () => {
  const words = ['runs', 'compare', 'p.lima', 'long', 'short'];
  const { stdout } = await folder.run(...words);
  expect(stdout).toMatch(/result +long +short[^]*Steps[^]*setting +long +short[^]*epochs +3 +2/);
  const { runs, settings } = await folder.document(runComparisonSchema, ...words);
  expect([runs.map(({ name }) => name), settings.map(({ key }) => key)]).toEqual([
    ['long', 'short'],
    ['epochs'],
  ]);
  await folder.run(...words, '--format', 'csv', '--out', 'runs.csv');
  const csv = readFileSync(join(folder.path, 'runs.csv'), 'utf8').split('\r\n');
  expect(csv.map((line) => line.split(',')[0])).toEqual(['name', 'long', 'short', '']);
  const twice = await folder.run('runs', 'compare', 'p.lima', 'long', 'long');
  expect([twice.code, twice.stderr]).toEqual([2, expect.stringContaining('name each once')]);
});

it('lists only the runs that are looked for, in the order that is asked for', async () => {
  const schema = z.object({ runs: z.array(runSchema) });
  const named = async (...words: string[]) =>
    (await folder.document(schema, 'runs', 'p.lima', ...words)).runs.map(({ name }) => name);
  expect(await named('--sort', 'oldest')).toEqual(['short', 'long']);
  expect(await named('--find', 'LON tiny')).toEqual(['long']);
  expect(await named('--state', 'failed')).toEqual([]);
  const wrong = await folder.run('runs', 'p.lima', '--sort', 'x');
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('newest')]);
});

it('tells steps, memory and time of a run in a dry run, and starts none', async () => {
  const document = z.object({ steps: z.number(), time: timeEstimateSchema });
  const dry = await folder.document(document, ...train('never', 8), '--dry-run');
  expect([dry.steps, dry.time.basis]).toEqual([8, 'same-model']);
  const { stdout } = await folder.run(...train('never', 8), '--dry-run');
  expect(stdout).toMatch(
    /8 steps: 8 epochs[^]*time .*2 earlier runs of this model[^]*memory at most[^]*Every sample comes whole/,
  );
  const schema = z.object({ runs: z.array(runSchema) });
  expect((await folder.document(schema, 'runs', 'p.lima')).runs).toHaveLength(2);
});

it('says what pruning would remove, and removes it only with --yes', async () => {
  const words = ['runs', 'prune', 'p.lima', 'long', '--keep-every', '2'];
  const plan = await folder.document(prunePlanSchema, ...words);
  expect([plan.keptEpochs, plan.removed.map(({ epoch }) => epoch)]).toEqual([[2, 3], [1]]);
  expect((await folder.run(...words)).stdout).toContain('add --yes');
  const listed = async () => {
    const { runs } = await folder.document(
      z.object({ runs: z.array(runSchema) }),
      'runs',
      'p.lima',
    );
    return runs
      .find(({ name }) => name === 'long')
      ?.checkpoints.map(({ path }) => existsSync(path));
  };
  expect(await listed()).toEqual([true, true, true]);
  expect((await folder.run(...words, '--yes')).stdout).toMatch(/Removed 1 checkpoint: .* freed/);
  expect(await listed()).toEqual([false, true, true]);
  const both = await folder.run(...words, '--keep-last', '1');
  expect([both.code, both.stderr]).toEqual([2, expect.stringContaining('by one of')]);
});
