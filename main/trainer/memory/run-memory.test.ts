import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { epochBatches } from '../data/batches.ts';
import { startTrainer } from '../../engines/start-engines.ts';
import { writeTinyModel } from '../../gguf/tiny/tiny-model.ts';
import type { TrainEvent, TrainParams } from '../../engines/protocol/trainer.ts';
import { RunControl } from '../run/run-state.ts';
import { train } from '../run/train.ts';
import { byteSample, temporaryFolder, tinyRecipe } from '../testing/open-model.ts';
import { testFiles } from '../../engines/testing/test-files.ts';

const folder = await temporaryFolder();
const basePath = join(folder.path, 'tiny.gguf');
beforeAll(() =>
  writeTinyModel(basePath, { embeddingLength: 64, feedForwardLength: 96, layers: 2 }),
);
afterAll(() => folder[Symbol.asyncDispose]());

const samples = Array.from({ length: 4 }, (_, index) =>
  byteSample(`sample-${index}`, `Sample ${index} says something of its own. `.repeat(2), 9),
);

async function paramsFor(name: string, batchSize = 2): Promise<TrainParams> {
  const outDir = join(folder.path, name);
  await mkdir(outDir);
  const recipe = tinyRecipe({ epochs: 2, batchSize });
  return { basePath, baseSha256: 'f'.repeat(64), samples, recipe, outDir, recordExtra: {} };
}

const memoryIn = (events: readonly TrainEvent[]) =>
  events.flatMap((event) => (event.type === 'memory' ? [event] : []));

/** Trains in this process with a budget of its own for each time it is asked for. */
async function trainWithin(params: TrainParams, budgets: readonly number[]) {
  const events: TrainEvent[] = [];
  const emit = (event: TrainEvent) => events.push(event);
  const { signal } = new AbortController();
  let asked = 0;
  const budget = () => budgets[asked++] ?? Infinity;
  const ended = train(params, { signal, emit }, new RunControl(), budget);
  const outcome = await ended.then(
    (result) => result.outcome,
    (error: unknown) => error,
  );
  return { events, outcome };
}

test('a run tells its peak after its first step and after each epoch', async () => {
  await using trainer = startTrainer(testFiles);
  const events: TrainEvent[] = [];
  await trainer.request('train', await paramsFor('told'), {
    onEvent: (event) => events.push(event),
  });
  const told = memoryIn(events);
  // After the first step of four, and after each of two epochs.
  expect(told).toHaveLength(3);
  const [first] = told;
  const firstSteps = events.slice(
    0,
    events.findIndex(({ type }) => type === 'memory'),
  );
  expect(firstSteps.filter(({ type }) => type === 'step')).toHaveLength(1);
  const { expectedBytes = 0, peakBytes = 0, plannedBytes = 0 } = first?.memory ?? {};
  expect(peakBytes).toBeGreaterThan(40 * 2 ** 20);
  expect(Math.abs(plannedBytes / peakBytes - 1)).toBeLessThan(0.5);
  const lastPeak = told.at(-1)?.memory.peakBytes ?? 0;
  expect(Math.abs(expectedBytes / lastPeak - 1)).toBeLessThan(0.2);
});

test('a run that its first step shows not to fit stops there and can be resumed', async () => {
  const params = await paramsFor('short');
  const { events, outcome } = await trainWithin(params, [Infinity, 2 ** 20]);
  expect(outcome).toMatchObject({
    code: 'OUT_OF_MEMORY',
    message: expect.stringMatching(/first step showed .* smaller base model .* resume/s),
    data: { isStopped: true, availableBytes: 2 ** 20 },
  });
  expect(memoryIn(events)).toHaveLength(1);
  expect(await readdir(params.outDir)).toEqual(['resume-00000001']);

  const again = await trainWithin(params, []);
  expect(again.outcome).toBe('succeeded');
  expect(again.events.find(({ type }) => type === 'start')).toMatchObject({ step: 1 });
});

test('a run stopped by a first step that ended an epoch has written the adapter of that epoch', async () => {
  const params = await paramsFor('whole-epoch', samples.length);
  const { outcome } = await trainWithin(params, [Infinity, 2 ** 20]);
  expect(outcome).toMatchObject({ code: 'OUT_OF_MEMORY', data: { isStopped: true } });
  expect(await readdir(params.outDir)).toEqual(['epoch-001', 'resume-00000001']);
  expect((await trainWithin(params, [])).outcome).toBe('succeeded');
});

test('a plan is corrected by what an earlier run of the same base took', async () => {
  const params = await paramsFor('first');
  const [measured] = memoryIn((await trainWithin(params, [])).events);
  if (!measured) throw new Error('Nothing was measured');
  const measurement = { ...measured.measurement, errorBytes: measured.memory.plannedBytes / 8 };
  const second = { ...(await paramsFor('second')), knownMemory: [measurement] };
  const { outcome } = await trainWithin(second, [2 ** 20]);
  expect(outcome).toMatchObject({ message: expect.stringContaining('earlier runs took') });
});

test('a plan knows the largest pack of every epoch, not of the first alone', async () => {
  // Only the two short ones fit into a pack together, and only when a batch holds both.
  const long = [700, 500, 500, 700].map((length, at) =>
    byteSample(`long-${at}`, 'x'.repeat(length), 9),
  );
  const params = { ...(await paramsFor('later-epochs')), samples: long };
  const hasLargePack = (seed: number, epoch: number) =>
    epochBatches(long, epoch, { ...params.recipe, seed })
      .flat()
      .some(({ length }) => length > 1);
  const seed = [...Array(99).keys()].find((one) => !hasLargePack(one, 1) && hasLargePack(one, 2));
  if (seed === undefined) throw new Error('No seed has the larger pack in its second epoch');
  const recipe = { ...params.recipe, seed };
  const { outcome } = await trainWithin({ ...params, recipe }, [2 ** 20]);
  expect(outcome).toMatchObject({ message: expect.stringContaining('one pack of 998 tokens') });
});
