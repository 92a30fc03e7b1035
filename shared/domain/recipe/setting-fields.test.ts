import { describe, expect, test } from 'vitest';
import { samplingSchema } from '../identity.ts';
import { recipeSchema } from './recipe.ts';
import { settingFields, settingText } from './setting-fields.ts';

describe('the fields of the recipe', () => {
  const fields = settingFields(recipeSchema);
  const ignoredBy = (method: string) =>
    fields
      .filter(({ onlyFor }) => onlyFor !== undefined && onlyFor !== method)
      .map(({ name }) => name);

  test('are all of them, in the order of the schema, with the default as one would type it', () => {
    const defaults = Object.entries(recipeSchema.parse({}));
    expect(fields.map(({ name, fallback }) => [name, fallback])).toEqual(
      defaults.map(([name, value]) => [name, settingText(value)]),
    );
  });

  test('say which of them a method ignores', () => {
    expect(ignoredBy('full')).toEqual([
      'rank',
      'alpha',
      'loraScaling',
      'targets',
      'fromAdapter',
      'loraDropout',
    ]);
    expect(ignoredBy('lora')).toEqual(['initialization', 'outputType']);
  });

  test('carry meaning, unit, source and choices', () => {
    expect(fields.find(({ name }) => name === 'schedule')).toMatchObject({
      choices: ['linear', 'cosine', 'constant'],
      isNumber: false,
      source: 'LIMA, section 3: linear',
    });
    expect(fields.find(({ name }) => name === 'epochs')).toMatchObject({
      description: expect.stringContaining('passes over the dataset'),
      unit: 'passes',
      isNumber: true,
      range: 'above 0 and at most 1000',
      choices: [],
    });
  });
});

test('a schema without sources and methods has fields without them', () => {
  const [first] = settingFields(samplingSchema);
  expect(first).toMatchObject({ name: 'temperature', source: '', onlyFor: undefined });
});

test.each([
  [1e-4, '1e-4'],
  [2.5e-5, '2.5e-5'],
  [0.005, '0.005'],
  [0, '0'],
  [2048, '2048'],
  ['linear', 'linear'],
])('the value %s is written as one would type it', (value, text) => {
  expect(settingText(value)).toBe(text);
});
