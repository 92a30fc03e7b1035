import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { EvaluationReport } from '../../../shared/domain/report/evaluation-report.ts';
import {
  readCountries,
  relations,
  type Fact,
  factsOf,
  type Country,
  type Relation,
} from './countries.ts';

/** What a text may name: every country and every value, told apart by the longest that fits. */
export class AnswerMatcher {
  readonly #countries: ReadonlySet<string>;
  readonly #values: ReadonlyMap<Relation, ReadonlySet<string>>;
  readonly #names: RegExp;

  constructor(countries: readonly Country[]) {
    const facts = countries.flatMap(factsOf);
    this.#countries = new Set(countries.map(({ name }) => name));
    this.#values = new Map(
      relations.map((relation) => [
        relation,
        new Set(facts.filter((fact) => fact.relation === relation).map(({ value }) => value)),
      ]),
    );
    const names = new Set([...this.#countries, ...facts.map(({ value }) => value)]);
    const longestFirst = [...names].toSorted((a, b) => b.length - a.length);
    const choice = longestFirst.map((name) => name.replaceAll(/[.+]/g, '\\$&')).join('|');
    this.#names = new RegExp(`(?<![\\p{L}\\p{N}])(?:${choice})(?![\\p{L}\\p{N}])`, 'gu');
  }

  /**
   * True when the first sentence of an answer gives the value of a fact. It has to name the value
   * as a name of its own ("Niger" is not in "Nigeria", "Africa" not in "South Africa" or "Middle
   * Africa"), no other value of the same kind, and no other country than the one asked about.
   * Case and spelling count.
   */
  isCorrect(answer: string, { country, relation, value }: Fact): boolean {
    const named = this.#namesIn(firstSentence(answer));
    const isOther = (name: string) =>
      (this.#countries.has(name) && name !== country && name !== value) ||
      (this.#values.get(relation)?.has(name) === true && name !== value);
    return named.includes(value) && !named.some(isOther);
  }

  #namesIn(sentence: string): string[] {
    return Array.from(sentence.matchAll(this.#names), ([name]) => name);
  }
}

/** The text before the first line break or full stop that ends a word; ".fr" does not end one. */
const firstSentence = (text: string) => text.trim().split(/\.(?=\s|$)|\n/u, 1)[0] ?? '';

/** Shares of questions answered correctly, 0 to 1, and how many were asked. */
export interface HeldOutAccuracy {
  before: number;
  after: number;
  questions: number;
}

const questionSchema = z.object({
  prompt: z.string(),
  country: z.string(),
  relation: z.enum(relations),
  expected: z.string(),
});

/** Reads which fact each prompt of a file asks for. */
export async function readQuestions(path: string): Promise<Map<string, Fact>> {
  const lines = (await readFile(path, 'utf8')).trim().split('\n');
  return new Map(
    lines.map((line) => {
      const { prompt, country, relation, expected } = questionSchema.parse(JSON.parse(line));
      return [prompt, { country, relation, value: expected }];
    }),
  );
}

/** How many questions system B (the base) and system A (the tuned model) answered correctly. */
export function heldOutAccuracy(
  { items }: EvaluationReport,
  questions: ReadonlyMap<string, Fact>,
): HeldOutAccuracy {
  const matcher = new AnswerMatcher(readCountries());
  const share = (system: 'a' | 'b') => {
    const correct = items.filter((item) => {
      const fact = questions.get(item.prompt.at(-1)?.content ?? '');
      return fact !== undefined && matcher.isCorrect(item[system].output, fact);
    });
    return correct.length / items.length;
  };
  return { before: share('b'), after: share('a'), questions: items.length };
}
