import { expect, it } from 'vitest';
import type { Identity } from '../../../shared/domain/identity.ts';
import type { Model } from '../../../shared/domain/model/model.ts';
import { type Checkpoint, type Run, runSchema } from '../../../shared/domain/run.ts';
import { defaultFewShot, fewShotText } from '../../../shared/domain/few-shot.ts';
import { limaSampling } from './sampling.ts';
import {
  checkpointsFor,
  identityDifferences,
  isSameSystem,
  newestSystem,
  systemOfIdentity,
  systemProblem,
  templatesByHash,
  withFewShot,
  trainedTemplates,
  withTemplate,
} from './systems.ts';

const model = (id: string, createdMs: number): Model => ({
  id,
  name: id,
  path: `/models/${id}.gguf`,
  sha256: `sha-of-${id}`,
  info: {
    name: id,
    architecture: 'llama',
    parameters: 1,
    quantization: 'Q4_1',
    tensorTypes: {},
    contextLength: 512,
    embeddingLength: 64,
    layers: 2,
    vocabularySize: 300,
    hasChatTemplate: true,
    fileSizeBytes: 1,
    trainable: 'yes',
  },
  isMissing: false,
  isFromElsewhere: false,
  createdMs,
});

const checkpoint = (runName: string, epoch: number): Checkpoint => ({
  id: `${runName}-${epoch}`,
  runId: runName,
  runName,
  epoch,
  step: epoch,
  path: `/p/${runName}-${epoch}.gguf`,
  sha256: `adapter-sha-${runName}-${epoch}`,
  sizeBytes: 1,
  devLoss: null,
  isDeleted: false,
  isPicked: false,
  meanLoss: 1,
  createdMs: epoch,
});

function run(name: string, modelId: string, fields: { createdMs: number; epochs: number }): Run {
  return runSchema.parse({
    id: name,
    name,
    jobId: 'job',
    state: 'succeeded',
    modelId,
    modelName: modelId,
    baseSha256: `sha-of-${modelId}`,
    datasetId: 'd',
    datasetName: 'd',
    datasetHash: 'h',
    recipe: recipe(),
    engine: 'e',
    encodeReport: null,
    memory: null,
    lastMetric: null,
    events: [],
    savedStep: 0,
    totalSteps: 1,
    devLosses: [],
    checkpoints: Array.from({ length: fields.epochs }, (_, index) => checkpoint(name, index + 1)),
    createdMs: fields.createdMs,
    finishedMs: null,
  });
}

const recipe = () => runSchema.shape.recipe.parse({});

// Newest first, as the core lists them: its order counts, not the times.
const available = {
  models: [model('new', 1), model('old', 2)],
  runs: [
    run('empty', 'new', { createdMs: 1, epochs: 0 }),
    run('second', 'old', { createdMs: 2, epochs: 2 }),
    run('first', 'old', { createdMs: 3, epochs: 3 }),
  ],
};

it('offers the newest run first, its last epoch on top, and nothing of another base', () => {
  const ids = checkpointsFor(available, 'old').map(({ id }) => id);
  expect(ids).toEqual(['second-2', 'second-1', 'first-3', 'first-2', 'first-1']);
  expect(checkpointsFor(available, 'new')).toEqual([]);
});

it('starts from the newest run that has an adapter, not from a run without one', () => {
  expect(newestSystem(available)).toEqual({
    modelId: 'old',
    checkpointId: 'second-2',
    strength: 1,
  });
  expect(newestSystem({ ...available, runs: [] })?.modelId).toBe('new');
  expect(newestSystem({ models: [], runs: [] })).toBeNull();
});

it('offers the picked adapter of a run first, and starts from it', () => {
  const picked = {
    ...available,
    runs: available.runs.map((one) => ({
      ...one,
      checkpoints: one.checkpoints.map((checkpoint) => ({
        ...checkpoint,
        isPicked: checkpoint.id === 'second-1',
      })),
    })),
  };
  const ids = checkpointsFor(picked, 'old').map(({ id }) => id);
  expect(ids.slice(0, 3)).toEqual(['second-1', 'second-2', 'first-3']);
  expect(newestSystem(picked)?.checkpointId).toBe('second-1');
});

it('takes two bases for the same system whatever strength is set on them', () => {
  const base = { modelId: 'old', checkpointId: null, strength: 1 };
  expect(isSameSystem(base, { ...base, strength: 0.5 })).toBe(true);
  const tuned = { ...base, checkpointId: 'first-1' };
  expect(isSameSystem(tuned, { ...tuned, strength: 0.5 })).toBe(false);
});

it('takes one base asked with another chat template for another system', () => {
  const base = { modelId: 'old', checkpointId: null, strength: 1 };
  expect(isSameSystem(base, withTemplate(base, '{{ 1 }}'))).toBe(false);
  expect(isSameSystem(base, withTemplate(withTemplate(base, '{{ 1 }}'), ''))).toBe(true);
  const behind = withFewShot(base, defaultFewShot);
  expect(isSameSystem(base, behind)).toBe(false);
  expect(isSameSystem(behind, withFewShot(base, { ...defaultFewShot }))).toBe(true);
  expect(isSameSystem(behind, withFewShot(base, { ...defaultFewShot, system: '' }))).toBe(false);
  expect(withFewShot(behind, undefined)).toEqual(base);
});

// SHA-256 of “{{ 1 }}” by sha256sum.
const hashOfOne = 'bb0176da02383e938e8d6c25b22be61026d52766ab5459e8c2de560e75038cc8';

const trained = (name: string, chatTemplate: string) => ({
  ...run(name, 'old', { createdMs: 1, epochs: 1 }),
  recipe: { ...recipe(), chatTemplate },
});

it('knows the chat template of an earlier answer by its hash, and names those of runs once', async () => {
  const runs = [trained('b', '{{ 1 }}'), trained('a', '{{ 1 }}'), trained('plain', '')];
  const known = { ...available, runs };
  const base = { modelId: 'old', checkpointId: null, strength: 1 };
  expect(trainedTemplates(known, base)).toEqual([{ runName: 'b', template: '{{ 1 }}' }]);
  expect(trainedTemplates(known, withTemplate(base, '{{ 1 }}'))).toEqual([]);
  const templates = await templatesByHash(known, [null, withTemplate(base, '{{ 2 }}')]);
  expect([...templates.values()]).toEqual(['{{ 1 }}', '{{ 2 }}', fewShotText(defaultFewShot)]);
  const asked = { ...identity, templateSha256: hashOfOne };
  const ofBase = { ...asked, adapterSha256: null };
  expect(systemOfIdentity(ofBase, known, templates)).toEqual(withTemplate(base, '{{ 1 }}'));
  // The adapter that was trained with it brings it along.
  const ofAdapter = { ...asked, adapterSha256: 'adapter-sha-a-1', strength: 1 };
  const tuned = { modelId: 'old', checkpointId: 'a-1', strength: 1 };
  expect(systemOfIdentity(ofAdapter, known, templates)).toEqual(tuned);
  const [fewShotSha256] = [...templates].find(([, text]) => text.includes('examples')) ?? [];
  expect(systemOfIdentity({ ...ofAdapter, fewShotSha256 }, known, templates)).toEqual(
    withFewShot(tuned, defaultFewShot),
  );
  expect(systemOfIdentity({ ...ofAdapter, fewShotSha256: 'x' }, known, templates)).toEqual(tuned);
});

it('refuses an adapter of another base and a model that is gone', () => {
  const mixed = { modelId: 'new', checkpointId: 'first-1', strength: 1 };
  expect(systemProblem(available, mixed)).toMatch(/another base/);
  const gone = { ...available, models: [{ ...model('old', 1), isMissing: true }] };
  expect(systemProblem(gone, { ...mixed, modelId: 'old' })).toContain('/models/old.gguf');
});

const identity: Identity = {
  baseSha256: 'sha-of-old',
  baseName: 'old',
  adapterSha256: 'adapter-sha-first-1',
  adapterName: 'first · epoch 1',
  strength: 0.5,
  templateSha256: 't',
  sampling: limaSampling,
  engine: 'e',
  device: 'CPU',
};

it('reports weights the engine did not take from the picker: base, adapter and strength', () => {
  const asked = { modelId: 'old', checkpointId: 'first-1', strength: 0.5 };
  expect(identityDifferences(identity, asked, available)).toEqual([]);
  expect(identityDifferences(identity, { ...asked, strength: 1 }, available)).toHaveLength(1);
  expect(identityDifferences(identity, { ...asked, modelId: 'new' }, available)).toHaveLength(1);
  const behind = withFewShot(asked, defaultFewShot);
  expect(identityDifferences(identity, behind, available)).toHaveLength(1);
  const shown = { ...identity, fewShotSha256: 'x' };
  expect(identityDifferences(shown, behind, available)).toEqual([]);
  expect(identityDifferences(shown, asked, available)[0]).toContain('asked for none');
  const base = { ...asked, checkpointId: null };
  expect(identityDifferences(identity, base, available)[0]).toContain('asked for none');
});

it('takes the weights of a full training for what was asked for, and those of the base for others', () => {
  const full = run('full', 'old', { createdMs: 4, epochs: 1 });
  const checkpoints = full.checkpoints.map((each) => ({ ...each, path: '/p/full/model.gguf' }));
  const known = { ...available, runs: [...available.runs, { ...full, checkpoints }] };
  const asked = { modelId: 'old', checkpointId: 'full-1', strength: 1 };
  const whole = { adapterSha256: null, adapterName: null, strength: 0 };
  const answered = { ...identity, ...whole, baseSha256: 'adapter-sha-full-1' };
  expect(identityDifferences(answered, asked, known)).toEqual([]);
  const [difference, ...more] = identityDifferences({ ...identity, ...whole }, asked, known);
  expect([difference, more]).toEqual([expect.stringMatching(/^base .*asked for/), []]);
  // The run was deleted since: nobody knows what the answer should have been.
  expect(identityDifferences(answered, asked, available)).toEqual([]);
});
