import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { recipeSchema } from '../../../shared/domain/recipe/recipe.ts';
import type { Run } from '../../../shared/domain/run.ts';
import { CommandError } from '../cli/command-error.ts';
import { findNamed } from './find-named.ts';
import { existingModel, resolveCheckpoint, splitSystem } from './project-models.ts';

it.each([
  ['tiny.gguf', { file: 'tiny.gguf', run: undefined }],
  ['a+b/tiny.gguf', { file: 'a+b/tiny.gguf', run: undefined }],
  ['a+b/tiny.gguf+r', { file: 'a+b/tiny.gguf', run: 'r' }],
  ['TINY.GGUF+first run@3', { file: 'TINY.GGUF', run: 'first run@3' }],
  ['tiny.gguf+c++', { file: 'tiny.gguf', run: 'c++' }],
])('splits the system %s into file and run', (text, fileAndRun) => {
  expect(splitSystem(text)).toEqual(fileAndRun);
});

function aRun(name: string, epochs: number[]): Run {
  const checkpoints = epochs.map((epoch) => ({
    id: `${name}-${epoch}`,
    runId: `run:${name}`,
    runName: name,
    epoch,
    step: epoch * 10,
    path: `/runs/${name}/${epoch}.gguf`,
    sha256: '0'.repeat(64),
    sizeBytes: 1,
    devLoss: null,
    isDeleted: false,
    isPicked: false,
    meanLoss: 1,
    createdMs: 0,
  }));
  return {
    id: `run:${name}`,
    name,
    jobId: 'job',
    state: 'succeeded',
    modelId: 'model',
    modelName: 'tiny',
    baseSha256: '0'.repeat(64),
    datasetId: 'dataset',
    datasetName: 'd',
    datasetHash: '0'.repeat(64),
    recipe: recipeSchema.parse({}),
    engine: 'ggml',
    encodeReport: null,
    memory: null,
    lastMetric: null,
    devLosses: [],
    events: [],
    savedStep: 0,
    totalSteps: 1,
    checkpoints,
    createdMs: 0,
    finishedMs: null,
  };
}

const runs = [aRun('r', [2, 10, 1]), aRun('r@2', [7]), aRun('empty', [])];

it.each([
  ['r', 'r-10'],
  ['run:r', 'r-10'],
  ['r@1', 'r-1'],
  ['r@2', 'r@2-7'],
  ['run:r@10', 'r-10'],
])('takes %s for one checkpoint: the last epoch unless it names another', (reference, id) => {
  expect(resolveCheckpoint(runs, reference).id).toBe(id);
});

it('takes the picked checkpoint of a run that nobody names an epoch of, as long as it is there', () => {
  const [first] = runs;
  if (!first) throw new Error('There is no run.');
  const picked = (isDeleted: boolean) => ({
    ...first,
    checkpoints: first.checkpoints.map((one) =>
      one.epoch === 2 ? { ...one, isPicked: true, isDeleted } : one,
    ),
  });
  expect(resolveCheckpoint([picked(false)], 'r').id).toBe('r-2');
  expect(resolveCheckpoint([picked(true)], 'r').id).toBe('r-10');
  expect(resolveCheckpoint([picked(false)], 'r@1').id).toBe('r-1');
});

it.each([
  ['r@3', /no checkpoint of epoch 3. It has: 1, 2, 10/],
  ['empty', /no checkpoint yet/],
  ['other', /The project has: r, r@2, empty/],
])('refuses the checkpoint %s and says what there is instead', (reference, message) => {
  expect(() => resolveCheckpoint(runs, reference)).toThrow(message);
});

it('refuses a name that two things share, and finds each by its id', () => {
  const twins = [
    { id: '1', name: 'same' },
    { id: '2', name: 'same' },
  ];
  expect(() => findNamed(twins, 'same', 'run')).toThrow(CommandError);
  expect(findNamed(twins, '2', 'run')).toBe(twins[1]);
});

// A download cache keeps files under their hashes, and links to them under their names.
it('finds the first part of a model behind links, and names the part that leads nowhere', async () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'lima-links-')));
  try {
    mkdirSync(join(folder, 'named'));
    symlinkSync(join(folder, 'named'), join(folder, 'alias'));
    const link = (part: number) => join(folder, 'named', `quince-0000${part}-of-00002.gguf`);
    for (const part of [1, 2]) symlinkSync(join(folder, `hash-${part}`), link(part));
    writeFileSync(join(folder, 'hash-1'), '');
    const asked = join(folder, 'alias', 'quince-00002-of-00002.gguf');
    await expect(existingModel(asked)).rejects.toThrow('quince-00002-of-00002.gguf');
    writeFileSync(join(folder, 'hash-2'), '');
    expect(await existingModel(asked)).toBe(link(1));
    writeFileSync(join(folder, 'whole.gguf'), '');
    expect(await existingModel(join(folder, 'whole.gguf'))).toBe(join(folder, 'whole.gguf'));
  } finally {
    rmSync(folder, { recursive: true });
  }
});
