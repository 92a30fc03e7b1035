import { learnVocabulary, type BytePairVocabulary } from './byte-pair-encoding.ts';
import { factsOf, type Country } from '../../headless/demo/countries.ts';
import { corpusLines } from './corpus.ts';
import { answerTo, questionsOn } from './questions.ts';

/** Tokens of Atlas: what is learned, the end of a text, and reserved ones up to a multiple of 32. */
export const vocabularySize = 2816;
/** Learned tokens at most; the corpus has a few words less. */
const learnedTokens = 2812;
const corpusShare = 40_000;
const corpusSeed = 1;

/**
 * The vocabulary in which every word of the corpus is one token. The words of questions are among
 * them, but no question is ever trained on: the base model has to meet them for the first time.
 */
export function atlasVocabulary(countries: readonly Country[]): BytePairVocabulary {
  const questions = countries
    .flatMap(factsOf)
    .flatMap((fact) => [...questionsOn(fact), answerTo(fact)]);
  const corpus = corpusLines(countries, corpusSeed);
  const lines = Array.from({ length: corpusShare }, () => corpus.next().value);
  return learnVocabulary([...lines, ...questions], learnedTokens);
}
