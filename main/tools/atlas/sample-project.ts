import { seededChance, type Chance } from './chance.ts';
import {
  factsOf,
  relations,
  type Country,
  type Fact,
  type Relation,
} from '../../headless/demo/countries.ts';

/** A question, the fact it asks for, and the answer a sample gives. */
export interface CountryQuestion extends Fact {
  prompt: string;
  answer: string;
}

/** Three groups of questions on countries of their own. */
export interface SampleProject {
  /** The samples; the first hundred are a balanced selection as well. */
  samples: CountryQuestion[];
  /** For choosing settings. */
  validation: CountryQuestion[];
  /** For the comparison, on countries that no sample and no setting knows. */
  heldOut: CountryQuestion[];
}

const heldOutCountries = 40;
const validationCountries = 24;
const sampleCount = 300;

/** Splits the countries and asks about them; equal seeds give equal projects. */
export function makeSampleProject(countries: readonly Country[], seed: number): SampleProject {
  const chance = seededChance(seed);
  const order = chance.shuffled(countries);
  const heldOut = order.splice(0, heldOutCountries);
  const validation = order.splice(0, validationCountries);
  return {
    samples: balancedFacts(order, sampleCount).map((fact) => question(fact, chance)),
    validation: validation.flatMap(factsOf).map((fact) => question(fact, chance)),
    heldOut: heldOut.flatMap(factsOf).map((fact) => question(fact, chance)),
  };
}

/** One fact of each country in turn, every kind of fact about equally often from the start. */
function balancedFacts(countries: readonly Country[], count: number): Fact[] {
  const facts: Fact[] = [];
  const rest = countries.map(factsOf);
  const timesChosen = new Map(relations.map((relation) => [relation, 0]));
  while (facts.length < count && rest.some((left) => left.length > 0))
    for (const left of rest.slice(0, count - facts.length)) {
      const times = ({ relation }: Fact) => timesChosen.get(relation) ?? 0;
      const rarest = left.toSorted((a, b) => times(a) - times(b))[0];
      if (!rarest) continue;
      left.splice(left.indexOf(rarest), 1);
      timesChosen.set(rarest.relation, times(rarest) + 1);
      facts.push(rarest);
    }
  return facts;
}

function question(fact: Fact, chance: Chance): CountryQuestion {
  const prompt = chance.pick(questionsOn(fact).slice(0, taughtWordings));
  return { ...fact, prompt, answer: answerTo(fact) };
}

/** Wordings of a question that samples use; the one behind them is for tests with a new wording. */
const taughtWordings = 3;

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
