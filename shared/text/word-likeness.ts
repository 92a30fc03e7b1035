/** The words of a text, in lower case, each once. */
export const distinctWords = (text: string): string[] => [
  ...new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu)),
];

interface Weighed {
  words: readonly string[];
  /** Length of the vector of weights. */
  norm: number;
}

/** The nearest of some texts to another one. */
export interface Nearest {
  /** Place in the list; null where no text shares a word. */
  at: number | null;
  likeness: number;
}

/**
 * How like texts are by their words, from 0 to 1: the cosine of which words they have, each weighed
 * by how few of the texts have it (ln (N + 1) / (n + 1)), so that “the” says nothing.
 */
export class WordLikeness {
  readonly #texts: readonly Weighed[];
  readonly #withWord = new Map<string, number[]>();

  constructor(texts: readonly (readonly string[])[]) {
    for (const [at, words] of texts.entries())
      for (const word of words) {
        const places = this.#withWord.get(word);
        if (places) places.push(at);
        else this.#withWord.set(word, [at]);
      }
    this.#texts = texts.map((words) => ({ words, norm: 0 }));
    this.#texts = this.#texts.map(({ words }) => ({ words, norm: this.#normOf(words) }));
  }

  #weightOf(word: string): number {
    return Math.log((this.#texts.length + 1) / ((this.#withWord.get(word)?.length ?? 0) + 1));
  }

  #normOf(words: readonly string[]): number {
    return Math.sqrt(words.reduce((sum, word) => sum + this.#weightOf(word) ** 2, 0));
  }

  /** The text that is most like these words; of equal ones the first. */
  nearest(words: readonly string[]): Nearest {
    const products = new Map<number, number>();
    for (const word of words) {
      const square = this.#weightOf(word) ** 2;
      for (const at of this.#withWord.get(word) ?? [])
        products.set(at, (products.get(at) ?? 0) + square);
    }
    const norm = this.#normOf(words);
    let best: Nearest = { at: null, likeness: 0 };
    for (const [at, product] of products) {
      const likeness = product / (norm * (this.#texts[at]?.norm ?? 1) || 1);
      const isBetter =
        likeness > best.likeness || (likeness === best.likeness && at < (best.at ?? at));
      if (isBetter || best.at === null) best = { at, likeness };
    }
    return { ...best, likeness: Math.min(1, best.likeness) };
  }
}
