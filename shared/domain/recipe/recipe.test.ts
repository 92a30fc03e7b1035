import { expect, test } from 'vitest';
import { checkedRecipeSchema, recipeSchema, recordedRecipeSchema } from './recipe.ts';

test('every field tells what it means, its unit and where its value comes from', () => {
  for (const field of Object.values(recipeSchema.shape)) {
    const { description = '', source, unit } = field.meta() ?? {};
    expect(description).not.toBe('');
    expect(source).toMatch(/./);
    expect(typeof unit).toBe('string');
  }
});

test('the only numbers without a unit are ratios, scales and the seed', () => {
  const unitless = Object.entries(recipeSchema.shape)
    .filter(
      ([, field]) => field.meta()?.['unit'] === '' && typeof field.parse(undefined) === 'number',
    )
    .map(([name]) => name);
  expect(unitless).toEqual(['alpha', 'beta1', 'beta2', 'epsilon', 'neftuneAlpha', 'seed']);
});

test.each(['all', 'mlp', 'attention,ffn_down', ' attn_q , attn_v '])(
  'targets %s are accepted',
  (targets) => {
    expect(recipeSchema.parse({ targets }).targets).toBe(targets);
  },
);

test.each(['', 'everything', 'attn_q,', 'attn_q attn_v'])('targets “%s” are refused', (targets) => {
  expect(() => recipeSchema.parse({ targets })).toThrow(/separated by commas/);
});

test('random weights are refused for an adapter, and start a full training', () => {
  expect(() => checkedRecipeSchema.parse({ initialization: 'random' })).toThrow(/method full/);
  expect(checkedRecipeSchema.parse({ initialization: 'random', method: 'full' }).rank).toBe(16);
});

test('a recipe that was recorded before thinking was looked at trained answers without it', () => {
  expect(recordedRecipeSchema.parse({ epochs: 2 })).toMatchObject({
    epochs: 2,
    droppedThinking: 'train',
  });
  const { droppedThinking } = recordedRecipeSchema.parse({ droppedThinking: 'mask' });
  expect(droppedThinking).toBe('mask');
  expect(recipeSchema.parse({}).droppedThinking).toBe('perAnswer');
  expect(recordedRecipeSchema.safeParse('lima').success).toBe(false);
});
