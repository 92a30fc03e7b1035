import { describe, expect, it } from 'vitest';
import type { Dataset } from '../../../shared/domain/dataset.ts';
import type { Model } from '../../../shared/domain/model/model.ts';
import { checkedRecipeSchema } from '../../../shared/domain/recipe/recipe.ts';
import { adapterInput, adapterOptions, chosenOrOnly, startLabel } from './run-choice.ts';

const model = (isMissing: boolean, trainable: string): Model => ({
  id: 'model',
  name: 'base',
  path: '/models/base.gguf',
  sha256: 'a'.repeat(64),
  isMissing,
  isFromElsewhere: false,
  createdMs: 0,
  info: {
    name: 'Base',
    architecture: 'llama',
    parameters: 1,
    quantization: 'F32',
    tensorTypes: {},
    contextLength: 512,
    embeddingLength: 8,
    layers: 1,
    vocabularySize: 8,
    hasChatTemplate: true,
    fileSizeBytes: 1,
    trainable,
  },
});

const dataset: Dataset = {
  id: 'dataset',
  name: 'first ten',
  contentHash: 'b'.repeat(64),
  samples: 10,
  bySource: [],
  author: 'ada',
  createdMs: 0,
};

const recipe = checkedRecipeSchema.parse({});
const good = { model: model(false, 'yes'), dataset, recipe, isTaken: false, samples: null };

describe('the adapter that a run goes on from', () => {
  const one = {
    runName: 'one',
    epoch: 1,
    sha256: 'a1',
    path: '/r/adapter.gguf',
    isDeleted: false,
    isPicked: false,
  };
  const half = { ...one, epoch: 1.5, sha256: 'a2' };

  it('is any that is there, last epoch first, equal ones once, no whole model', () => {
    const runs = [
      { baseSha256: 'other', checkpoints: [{ ...one, runName: 'new', sha256: 'b' }] },
      {
        baseSha256: 'own',
        checkpoints: [
          one,
          { ...one, runName: 'full', sha256: 'c', path: '/r/model.gguf' },
          { ...one, sha256: 'd', isDeleted: true },
          half,
        ],
      },
      { baseSha256: 'own', checkpoints: [{ ...one, runName: 'same' }] },
    ];
    expect(adapterOptions(runs, { sha256: 'own' })).toEqual([
      { value: 'b', label: 'new · epoch 1 (of another base)', isOfOther: true },
      { value: 'a2', label: 'one · epoch 1.5', isOfOther: false },
      { value: 'a1', label: 'one · epoch 1', isOfOther: false },
    ]);
    expect(adapterOptions(runs, undefined)[0]?.label).toBe('new · epoch 1');
  });

  it('is named by its file only while the recipe goes on from that', () => {
    const file = { path: '/a.gguf', sha256: 'a1' };
    expect(adapterInput({ fromAdapter: '' }, file, true)).toEqual({});
    expect(adapterInput({ fromAdapter: 'a1' }, file, true)).toEqual({
      otherBase: true,
      adapterPath: '/a.gguf',
    });
    expect(adapterInput({ fromAdapter: 'a2' }, file, false)).toEqual({ otherBase: false });
  });
});

const oneStep = { epochs: 1, warmupSteps: 2 };

describe('startLabel', () => {
  it('lets a long warm-up start while nobody knows how many samples there will be', () => {
    const recipe = checkedRecipeSchema.parse(oneStep);
    expect(startLabel({ ...good, recipe }).isReady).toBe(true);
    expect(startLabel({ ...good, recipe, samples: 1000 }).isReady).toBe(true);
  });

  it('starts when nothing is missing', () => {
    expect(startLabel(good)).toEqual({ label: 'Start training', isReady: true });
  });

  it.each([
    ['no model', { model: undefined }, 'Choose a model'],
    ['a moved file', { model: model(true, 'yes') }, 'Locate the model file'],
    ['another family', { model: model(false, 'no') }, 'Choose a model that can be trained'],
    ['no dataset', { dataset: undefined }, 'Choose a dataset'],
    ['a wrong field', { recipe: null }, 'Correct the marked settings'],
    [
      'one sample to split',
      {
        dataset: { ...dataset, samples: 1 },
        recipe: checkedRecipeSchema.parse({ devShare: 0.05 }),
      },
      'Hold nothing out of one sample',
    ],
    [
      'a warm-up beyond the run',
      { recipe: checkedRecipeSchema.parse({ ...oneStep, droppedThinking: 'mask' }) },
      'Warm up in fewer steps than the run has',
    ],
    [
      'a warm-up beyond what was encoded',
      { recipe: checkedRecipeSchema.parse(oneStep), samples: 1 },
      'Warm up in fewer steps than the run has',
    ],
    ['a taken name', { isTaken: true }, 'Choose another name'],
  ])('names what is missing instead of starting: %s', (_case, change, label) => {
    expect(startLabel({ ...good, ...change })).toEqual({ label, isReady: false });
  });
});

const isSound = (item: { isSound: boolean }) => item.isSound;

describe('chosenOrOnly', () => {
  const items = [
    { id: 'a', isSound: true },
    { id: 'b', isSound: false },
  ];

  it('the only item that can be chosen is chosen without a click', () => {
    expect(chosenOrOnly(items, null, isSound)?.id).toBe('a');
  });

  it('of several items none is chosen for a person, and a choice is never replaced by another', () => {
    expect(chosenOrOnly(items, null)).toBeUndefined();
    expect(chosenOrOnly(items, 'b', isSound)?.id).toBe('b');
    expect(chosenOrOnly(items, 'gone', isSound)).toBeUndefined();
    expect(chosenOrOnly(undefined, null)).toBeUndefined();
  });
});
