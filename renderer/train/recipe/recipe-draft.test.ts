import { describe, expect, it } from 'vitest';
import { checkedRecipeSchema, recipeSchema } from '../../../shared/domain/recipe/recipe.ts';
import { changedFields, checkDraft, draftOf } from './recipe-draft.ts';
import { fieldsOfGroup, isRead, recipeFields, recipeGroups } from './recipe-fields.ts';

const ignoredBy = (method: string) =>
  recipeFields.filter((field) => !isRead(field, method)).map(({ key }) => key);

describe('recipe fields', () => {
  it('shows every field of the schema exactly once', () => {
    const shown = recipeGroups.flatMap((group) => [
      ...fieldsOfGroup(group, false),
      ...fieldsOfGroup(group, true),
    ]);
    expect(shown.map(({ key }) => key).toSorted()).toEqual(
      Object.keys(recipeSchema.shape).toSorted(),
    );
  });

  it('full training ignores the fields of LoRA, and LoRA those of full training', () => {
    expect(ignoredBy('full').toSorted()).toEqual([
      'alpha',
      'fromAdapter',
      'loraDropout',
      'loraScaling',
      'rank',
      'targets',
    ]);
    expect(ignoredBy('lora').toSorted()).toEqual(['initialization', 'outputType']);
  });

  it('explains every field', () => {
    expect(recipeFields.filter(({ hint }) => hint === '')).toEqual([]);
  });
});

describe('recipe draft', () => {
  it('gives back the recipe it was made of, small numbers included', () => {
    const recipe = checkedRecipeSchema.parse({ epsilon: 1e-9, learningRate: 3e-5, lossOn: 'all' });
    expect(checkDraft(draftOf(recipe))).toEqual({ recipe, errors: {} });
  });

  it('puts a rule that spans two fields at the field to correct', () => {
    const { recipe, errors } = checkDraft({ ...draftOf(), batchSize: '2', microBatchSize: '8' });
    expect(recipe).toBeNull();
    expect(errors).toEqual({ microBatchSize: 'Micro-batch 8 is above Batch size 2' });
  });

  it('does not read an empty field as zero', () => {
    const { recipe, errors } = checkDraft({ ...draftOf(), threads: '' });
    expect(recipe).toBeNull();
    expect(errors).toEqual({ threads: 'Type a number.' });
  });

  it.each([
    ['rank', '0', 'Must be at least 1.'],
    ['rank', '2.5', 'Must be a whole number.'],
    ['learningRate', '-1', 'Must be above 0.'],
    ['beta1', '1', 'Must be below 1.'],
    ['epochs', 'many', '“many” is not a number.'],
  ] as const)('names what is wrong with %s = %s', (key, text, message) => {
    expect(checkDraft({ ...draftOf(), [key]: text }).errors[key]).toBe(message);
  });

  it('does not call a default changed because it is written in another way', () => {
    const draft = { ...draftOf(), learningRate: '1e-4', beta1: ' 0.90 ' };
    expect(changedFields(draft)).toEqual([]);
    expect(changedFields({ ...draft, epochs: '3' }).map(({ key }) => key)).toEqual(['epochs']);
  });

  it('counts what was changed from the recipe that the form began with', () => {
    const start = draftOf(checkedRecipeSchema.parse({ epochs: 3, rank: 8 }));
    expect(changedFields(start, start)).toEqual([]);
    const draft = { ...start, epochs: '15', learningRate: '2e-4' };
    const keys = changedFields(draft, start).map(({ key }) => key);
    expect(keys.toSorted()).toEqual(['epochs', 'learningRate']);
  });
});
