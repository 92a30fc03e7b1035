/** A byte-level BPE vocabulary; a piece is written in GPT-2's characters for bytes. */
export interface BytePairVocabulary {
  /** Tokens by id: first the 256 bytes, then merged pieces in the order of their merges. */
  tokens: string[];
  /** Pairs of pieces, the one merged first in front. */
  merges: [string, string][];
}

/** GPT-2's rule of where words end; llama.cpp's pre-tokenizers "gpt-2" and "trillion" have the same. */
const wordPattern = /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu;

const isPrintable = (byte: number) =>
  (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;

/** GPT-2's characters for the 256 bytes: printable ones stand for themselves. */
const byteCharacters: readonly string[] = (() => {
  let shifted = 256;
  return Array.from({ length: 256 }, (_, byte) =>
    String.fromCodePoint(isPrintable(byte) ? byte : shifted++),
  );
})();

const encoder = new TextEncoder();

const toPieces = (word: string): string[] =>
  Array.from(encoder.encode(word), (byte) => byteCharacters[byte] ?? '');

interface CountedWord {
  pieces: string[];
  count: number;
}

/**
 * Learns merges from texts until `size` tokens exist or every word is one token. The most
 * frequent pair is merged first; of equally frequent ones, the one met first.
 */
export function learnVocabulary(texts: Iterable<string>, size: number): BytePairVocabulary {
  let words = countWords(texts);
  const tokens = [...byteCharacters];
  const merges: [string, string][] = [];
  while (tokens.length < size) {
    const pair = mostFrequentPair(words);
    if (!pair) break;
    merges.push(pair);
    tokens.push(pair.join(''));
    for (const word of words) word.pieces = mergePair(word.pieces, pair);
    words = words.filter(({ pieces }) => pieces.length > 1);
  }
  return { tokens: [...new Set(tokens)], merges };
}

function countWords(texts: Iterable<string>): CountedWord[] {
  const counts = new Map<string, number>();
  for (const text of texts)
    for (const [word] of text.matchAll(wordPattern)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return Array.from(counts, ([word, count]) => ({ pieces: toPieces(word), count }));
}

function mostFrequentPair(words: readonly CountedWord[]): [string, string] | undefined {
  const counts = new Map<string, { pair: [string, string]; count: number }>();
  for (const { pieces, count } of words)
    for (const [index, right] of pieces.entries()) {
      const left = pieces[index - 1];
      if (left === undefined) continue;
      const entry = counts.get(`${left} ${right}`) ?? { pair: [left, right], count: 0 };
      entry.count += count;
      counts.set(`${left} ${right}`, entry);
    }
  let best: { pair: [string, string]; count: number } | undefined;
  for (const entry of counts.values()) if (entry.count > (best?.count ?? 0)) best = entry;
  return best?.pair;
}

function mergePair(pieces: readonly string[], [left, right]: readonly [string, string]): string[] {
  const merged: string[] = [];
  for (let index = 0; index < pieces.length; index++) {
    const piece = pieces[index] ?? '';
    const joins = piece === left && pieces[index + 1] === right;
    merged.push(joins ? left + right : piece);
    if (joins) index++;
  }
  return merged;
}

/** Encodes text to token ids as llama.cpp does with this vocabulary (no special tokens). */
export class BytePairEncoder {
  readonly #ids: ReadonlyMap<string, number>;
  readonly #ranks: ReadonlyMap<string, number>;
  readonly #known = new Map<string, number[]>();

  constructor({ tokens, merges }: BytePairVocabulary) {
    this.#ids = new Map(tokens.map((token, id) => [token, id]));
    this.#ranks = new Map(merges.map((pair, rank) => [pair.join(' '), rank]));
  }

  /** Token ids of a text. */
  encode(text: string): number[] {
    return Array.from(text.matchAll(wordPattern), ([word]) => this.#word(word)).flat();
  }

  #word(word: string): number[] {
    const known = this.#known.get(word);
    if (known) return known;
    let pieces = toPieces(word);
    for (let pair = this.#next(pieces); pair; pair = this.#next(pieces))
      pieces = mergePair(pieces, pair);
    const ids = pieces.map((piece) => this.#ids.get(piece) ?? 0);
    this.#known.set(word, ids);
    return ids;
  }

  /** The adjacent pair that was learned first. */
  #next(pieces: readonly string[]): [string, string] | undefined {
    let best: [string, string] | undefined;
    let bestRank = Infinity;
    for (const [index, right] of pieces.entries()) {
      const left = pieces[index - 1] ?? '';
      const rank = this.#ranks.get(`${left} ${right}`) ?? Infinity;
      if (rank < bestRank) [best, bestRank] = [[left, right], rank];
    }
    return best;
  }
}
