import { factsOf, relations, type Country, type Fact, type Relation } from './countries.ts';

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
