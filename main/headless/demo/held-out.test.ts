import { expect, test } from 'vitest';
import type { Fact } from './countries.ts';
import { factsOf, readCountries } from './countries.ts';
import { AnswerMatcher } from './held-out.ts';
import { answerTo } from '../../tools/atlas/sample-project.ts';

const countries = readCountries();
const matcher = new AnswerMatcher(countries);
const isCorrect = (answer: string, fact: Fact) => matcher.isCorrect(answer, fact);

const continent: Fact = { country: 'Niger', relation: 'continent', value: 'Africa' };

test('the right answer in the form of the samples counts for every fact', () => {
  const missed = countries.flatMap(factsOf).filter((fact) => !isCorrect(answerTo(fact), fact));
  expect(missed).toEqual([]);
});

test.each([
  ['a value inside a longer name', 'The region of Niger is Western Africa.', continent],
  ['a value inside a country', 'Niger is a neighbour of South Africa.', continent],
  ['another country with the name inside', 'The continent of Nigeria is Africa.', continent],
  ['the same value for another country', 'The continent of Kenya is Africa.', continent],
  ['a second value of the kind', 'The continent of Niger is Africa and Asia.', continent],
  ['a later sentence', 'I am not sure. The continent of Niger is Africa.', continent],
  ['a later line', 'The continent of Niger is\nAfrica', continent],
  ['no answer', '', continent],
  [
    'a code that goes on',
    'The calling code of Russia is +77.',
    { country: 'Russia', relation: 'calling code', value: '+7' },
  ],
  [
    'a domain that goes on',
    'The internet domain of Chad is .tdx.',
    { country: 'Chad', relation: 'domain', value: '.td' },
  ],
  [
    'the country instead of its city',
    'The capital of Guatemala is Guatemala.',
    { country: 'Guatemala', relation: 'capital', value: 'Guatemala City' },
  ],
] as const)('%s does not count as a correct answer', (_, answer, fact) => {
  expect(isCorrect(answer, fact)).toBe(false);
});

test.each([
  ['without a sentence around it', 'Africa', continent],
  ['in other words', 'Africa is where Niger lies.', continent],
  [
    'behind a full stop inside the value',
    'On the internet, Chad uses .td. Its continent is Asia.',
    { country: 'Chad', relation: 'domain', value: '.td' },
  ],
] as const)('a correct answer counts %s', (_, answer, fact) => {
  expect(isCorrect(answer, fact)).toBe(true);
});
