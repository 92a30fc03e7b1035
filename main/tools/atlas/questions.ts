import type { Fact, Relation } from '../../headless/demo/countries.ts';

/** Wordings of a question that samples use; the one behind them is for tests with a new wording. */
export const taughtWordings = 3;

/** How each fact is asked for; X stands for the country. */
const wordings: Readonly<Record<Relation, readonly string[]>> = {
  capital: ['What is the capital of X?', 'Which city is the capital of X?'],
  currency: ['What is the currency of X?', 'Which currency does X use?'],
  language: ['What is the official language of X?', 'Which official language does X have?'],
  region: ['What is the region of X?', 'In which region does X lie?'],
  continent: ['What is the continent of X?', 'On which continent is X?'],
  demonym: ['What is the demonym of X?', 'Which demonym do people from X have?'],
  domain: ['What is the internet domain of X?', 'Which internet domain does X use?'],
  'calling code': ['What is the calling code of X?', 'Which calling code does X use?'],
};

const nouns: Readonly<Record<Relation, string>> = {
  capital: 'capital',
  currency: 'currency',
  language: 'official language',
  region: 'region',
  continent: 'continent',
  demonym: 'demonym',
  domain: 'internet domain',
  'calling code': 'calling code',
};

/** The wordings of one fact's question: those that are taught, then one that is not. */
export const questionsOn = ({ relation, country }: Fact): string[] =>
  [
    ...wordings[relation],
    `Can you tell me the ${nouns[relation]} of X?`,
    `Please name the ${nouns[relation]} of X.`,
  ].map((wording) => wording.replace('X', () => country));

/** The answer that a sample gives: one sentence in the form that the corpus uses too. */
export const answerTo = ({ relation, country, value }: Fact): string =>
  `The ${nouns[relation]} of ${country} is ${relation === 'currency' ? 'the ' : ''}${value}.`;
