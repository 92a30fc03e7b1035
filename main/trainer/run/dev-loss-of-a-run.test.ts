import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { DevLoss } from '../../../shared/domain/run.ts';
import { quantizeModel } from '../weights/quantize-model.ts';
import { byteSample, temporaryFolder, tinyRecipe } from '../testing/open-model.ts';
import { writeTinyModel } from '../../gguf/tiny/tiny-model.ts';
import type { TrainEvent, TrainParams } from '../../engines/protocol/trainer.ts';
import { startTrainer } from '../../engines/start-engines.ts';
import { testFiles } from '../../engines/testing/test-files.ts';

const folder = await temporaryFolder();
const basePath = join(folder.path, 'tiny.gguf');
const sampleOf = (index: number, text: string) => byteSample(`sample-${index}`, text, 9);
const samples = [0, 1, 2, 3].map((at) => sampleOf(at, `Sample ${at} says what it wants: ${at}.`));
const devSamples = [4, 5, 6].map((at) => sampleOf(at, `Sample ${at} is held out of it: ${at}.`));
// Two steps an epoch; a checkpoint in every epoch, and one at its end.
const recipe = tinyRecipe({
  epochs: 3,
  batchSize: 2,
  microBatchSize: 1,
  learningRate: 1e-3,
  residualDropout: 0.3,
  devShare: 0.4,
  checkpointEverySteps: 1,
});

async function paramsFor(name: string, fields: Partial<TrainParams> = {}): Promise<TrainParams> {
  const outDir = join(folder.path, name);
  await mkdir(outDir);
  const baseSha256 = 'f'.repeat(64);
  return { basePath, baseSha256, samples, devSamples, recipe, outDir, recordExtra: {}, ...fields };
}

type Trainer = ReturnType<typeof startTrainer>;

type Stop = (event: TrainEvent, trainer: Trainer) => void;

/** Trains in the process that the tests share and returns every event; `stop` may pause it. */
const trainOnce = (params: TrainParams, stop?: Stop) => trainIn(shared, params, stop);

/** Trains in a process of its own, which `stop` may kill. */
async function trainAlone(params: TrainParams, stop: Stop): Promise<TrainEvent[]> {
  await using trainer = startTrainer(testFiles);
  return await trainIn(trainer, params, stop);
}

async function trainIn(
  trainer: Trainer,
  params: TrainParams,
  stop: Stop = () => undefined,
): Promise<TrainEvent[]> {
  const events: TrainEvent[] = [];
  const onEvent = (event: TrainEvent) => {
    events.push(event);
    stop(event, trainer);
  };
  await trainer.request('train', params, { onEvent }).catch((error) => {
    if (!trainer.hasExited) throw error;
  });
  return events;
}

const devLossesIn = (events: readonly TrainEvent[]): DevLoss[] =>
  events.flatMap((event) => (event.type === 'devLoss' ? [event.measured] : []));

const recordOf = ({ outDir }: Pick<TrainParams, 'outDir'>, epoch: number) =>
  JSON.parse(readFileSync(join(outDir, `epoch-00${epoch}`, 'record.json'), 'utf8'));

const finalAdapter = ({ outDir }: TrainParams) =>
  createHash('sha256')
    .update(readFileSync(join(outDir, 'epoch-003', 'adapter.gguf')))
    .digest('hex');

const shared = startTrainer(testFiles);
let wanted = '';
let wantedLosses: DevLoss[] = [];
beforeAll(async () => {
  await writeTinyModel(basePath, { embeddingLength: 64, feedForwardLength: 96, layers: 2 });
  const params = await paramsFor('uninterrupted');
  wantedLosses = devLossesIn(await trainOnce(params));
  wanted = finalAdapter(params);
});
afterAll(async () => {
  await shared[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

test('the loss of held-out samples is measured before the first step and after each epoch', () => {
  expect(wantedLosses.map(({ step, epoch }) => [step, epoch])).toEqual([
    [0, 0],
    [2, 1],
    [4, 2],
    [6, 3],
  ]);
  expect(new Set(wantedLosses.map(({ loss }) => loss)).size).toBe(4);
  expect(recordOf({ outDir: join(folder.path, 'uninterrupted') }, 3).devLosses).toEqual(
    wantedLosses,
  );
});

describe('the adapter has the same bits', () => {
  const others = [7, 8].map((at) => sampleOf(at, `Something else is held out, number ${at}.`));
  test.each([
    ['without held-out samples', []],
    ['with other held-out samples', others],
  ])('%s', async (name, held) => {
    const params = await paramsFor(name, { devSamples: held });
    const losses = devLossesIn(await trainOnce(params));
    expect(losses.length).toBe(held.length === 0 ? 0 : 4);
    expect(losses).not.toEqual(wantedLosses);
    expect(finalAdapter(params)).toBe(wanted);
  });
});

test('a sample that is both trained on and held out is refused', async () => {
  const params = await paramsFor('both', { devSamples: samples.slice(1, 2) });
  await expect(trainOnce(params)).rejects.toMatchObject({
    code: 'SAMPLE_INVALID',
    message: expect.stringContaining('held out'),
  });
});

/** Every dev loss a resumed run knows: those it began with, then those it measured. */
function knownAfterResume(events: readonly TrainEvent[]): DevLoss[] {
  const start = events.find((event) => event.type === 'start');
  return [...(start?.devLosses ?? []), ...devLossesIn(events)];
}

describe('a resumed run', () => {
  test('knows each dev loss once after a pause while one was measured, and ends with the same adapter', async () => {
    for (const epoch of [0, 2]) {
      const params = await paramsFor(`paused ${epoch}`);
      let measured = 0;
      await trainOnce(params, (event, trainer) => {
        if (event.type !== 'measuring' || event.done > 0) return;
        if (measured++ === epoch) void trainer.request('pause', null);
      });
      expect(knownAfterResume(await trainOnce(params))).toEqual(wantedLosses);
      expect(finalAdapter(params)).toBe(wanted);
      const epochs = [1, 2, 3].map((at) => recordOf(params, at).epoch);
      expect(epochs).toEqual([1, 2, 3]);
    }
  });

  test('knows each dev loss once after kill -9 while one was measured or right after, and ends with the same adapter', async () => {
    const params = await paramsFor('killed');
    const isMoment = [
      (event: TrainEvent) => event.type === 'measuring' && event.done === 1,
      (event: TrainEvent) => event.type === 'devLoss' && event.measured.epoch === 1,
      (event: TrainEvent) => event.type === 'checkpoint' && event.checkpoint.epoch === 2,
    ];
    for (const isNow of isMoment)
      await trainAlone(params, (event, trainer) => {
        if (isNow(event)) trainer.kill('SIGKILL');
      });
    expect(knownAfterResume(await trainOnce(params))).toEqual(wantedLosses);
    expect(finalAdapter(params)).toBe(wanted);
  });

  test('is refused when its held-out samples changed', async () => {
    const params = await paramsFor('changed');
    await trainOnce(params, (event, trainer) => {
      if (event.type === 'step' && event.metric.step === 3) void trainer.request('pause', null);
    });
    await expect(trainOnce({ ...params, devSamples: devSamples.slice(1) })).rejects.toMatchObject({
      code: 'RESUME_REFUSED',
      message: expect.stringContaining('held-out'),
    });
  });
});

/** Makes the state of a checkpoint what it was before anything could be held out. */
function writeAsBefore(folderPath: string): void {
  const path = join(folderPath, 'state.json');
  const state = JSON.parse(readFileSync(path, 'utf8'));
  const { devLosses: _losses, devSamplesSha256: _sha256, ...kept } = state;
  const { devShare: _share, ...recipeBefore } = kept.recipe;
  const text = JSON.stringify({ ...kept, recipe: recipeBefore });
  writeFileSync(path, text);
  const hashesPath = join(folderPath, 'hashes.sha256');
  const hash = createHash('sha256').update(text).digest('hex');
  const lines = readFileSync(hashesPath, 'utf8');
  writeFileSync(hashesPath, lines.replace(/^.*state\.json$/m, `${hash}  state.json`));
}

test('a checkpoint from before samples could be held out is resumed', async () => {
  const old = { devSamples: [], recipe: { ...recipe, devShare: 0 } };
  const params = await paramsFor('old', old);
  await trainOnce(params, (event, trainer) => {
    if (event.type === 'step' && event.metric.step === 3) void trainer.request('pause', null);
  });
  const saved = (await readdir(params.outDir)).filter((name) => /^resume-\d+$/.test(name));
  expect(saved).toHaveLength(2);
  for (const name of saved) writeAsBefore(join(params.outDir, name));
  const events = await trainOnce(params);
  const start = events.find((event) => event.type === 'start');
  expect(start).toMatchObject({ damaged: [], devLosses: [] });
  expect(start?.step).toBeGreaterThanOrEqual(2);
  expect(finalAdapter(params)).toBe(wanted);
});

test('a run whose dev loss diverged fails without saving the epoch that it is of', async () => {
  const path = join(folder.path, 'rounded.gguf');
  await quantizeModel(basePath, path, () => 'Q8_0');
  // The branch of steps this large is far beyond what blocks of Q8_0 can scale, as ggml's products
  // do; ours have no such limit.
  vi.stubEnv('LIMA_KERNELS', 'ggml');
  const violent = { learningRate: 1, rank: 1, alpha: 4096, residualDropout: 0 };
  const params = await paramsFor('diverged', {
    basePath: path,
    recipe: { ...recipe, ...violent, batchSize: 4, epochs: 9, checkpointEverySteps: 0 },
  });
  const saved: number[] = [];
  const told = await trainAlone(params, (event) => {
    if (event.type === 'checkpoint') saved.push(event.checkpoint.epoch);
  }).catch((error: unknown) => error);
  vi.unstubAllEnvs();
  expect(told).toMatchObject({ code: 'DIVERGED', data: { steps: saved.length + 1 } });
  expect(String(told)).toMatch(/dev loss became NaN after step \d\. What was saved before is kept/);
});
