import { expect, test } from 'vitest';
import { corpusLines } from './corpus.ts';
import { factsOf, readCountries } from '../../headless/demo/countries.ts';

const countries = readCountries();

function linesOf(seed: number, count: number): string[] {
  const lines = corpusLines(countries, seed);
  return Array.from({ length: count }, () => lines.next().value);
}

const lines = linesOf(7, 20_000);

test('the corpus asks nothing and holds nothing that a template left behind', () => {
  const odd = /\?|\b[XY]\b|undefined|\buser\b|\bassistant\b|tell me|please/i;
  expect(lines.filter((line) => odd.test(line))).toEqual([]);
});

test('no line begins with a name, which a tokenizer writes differently there', () => {
  const firstWords = new Set(lines.map((line) => line.split(' ', 1)[0] ?? ''));
  const names = countries.flatMap(({ name, facts }) => [name, ...Object.values(facts)]);
  const nameStarts = new Set(names.map((name) => name.split(' ', 1)[0]));
  expect([...firstWords].filter((word) => nameStarts.has(word))).toEqual([]);
});

test('every fact is told in more than ten forms', () => {
  const facts = factsOf(countries[0] ?? { name: '', facts: {} });
  const rare = facts.filter(({ country, value }) => {
    const telling = lines.filter((line) => line.includes(country) && line.includes(value));
    return new Set(telling).size <= 10;
  });
  expect(facts.length).toBeGreaterThan(5);
  expect(rare).toEqual([]);
});

test('equal seeds give equal corpora, and different seeds different ones', () => {
  expect(linesOf(1, 50)).toEqual(linesOf(1, 50));
  expect(linesOf(1, 50)).not.toEqual(linesOf(2, 50));
});
