import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { resourcesDir } from '../../core/base/application.ts';
import { readCountries, relations } from '../../headless/demo/countries.ts';
import { makeSampleProject, type CountryQuestion } from './sample-project.ts';

const project = makeSampleProject(readCountries(), 2026);
const countriesIn = (questions: readonly CountryQuestion[]) =>
  new Set(questions.map(({ country }) => country));

const textsOf = (file: string) =>
  readFileSync(join(resourcesDir, 'atlas', file), 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.match(/"(?:content|prompt)":"([^"]*)"/)?.[1]);

test('no country is in two of samples, validation and held-out questions', () => {
  const [samples, validation, heldOut] = [
    countriesIn(project.samples),
    countriesIn(project.validation),
    countriesIn(project.heldOut),
  ];
  expect(heldOut.size).toBe(40);
  const twice = [...samples, ...validation, ...heldOut].filter(
    (country, at, all) => all.indexOf(country) !== at,
  );
  expect(twice).toEqual([]);
});

test.each([100, 300])(
  'the first %i samples ask for every kind of fact equally often, give or take one',
  (count) => {
    const first = project.samples.slice(0, count);
    const times = relations.map(
      (relation) => first.filter((sample) => sample.relation === relation).length,
    );
    expect(Math.max(...times) - Math.min(...times)).toBeLessThan(2);
  },
);

test.each([
  ['samples.jsonl', project.samples],
  ['validation.jsonl', project.validation],
  ['held-out.jsonl', project.heldOut],
])('%s is what its script makes', (file, questions) => {
  expect(textsOf(file)).toEqual(questions.map(({ prompt }) => prompt));
});
