/** A super- or subscript, and the end of the text that it stands behind. */
export interface Script {
  kind: 'sup' | 'sub';
  text: string;
  base: string;
}

// A minus is written as a hyphen, as itself, or as a dash.
const superscripts = new Map([
  ...zip('0123456789+-=()ni', '⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ'),
  ...zip('\u2212\u2013', '⁻⁻'),
]);
const subscripts = new Map([
  ...zip('0123456789+-=()', '₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎'),
  ...zip('\u2212\u2013', '₋₋'),
]);
const marks = new Map([
  ['tm', '™'],
  ['sm', '℠'],
]);
/** So much text and more, in several words, is a note and no formula. */
const mostFormulaCharacters = 40;

/**
 * A script in plain text: Unicode characters where they exist (x², H₂O), else `^` or `_` and what it
 * holds (2^k, x^(k+1)). `apart` is how it is told from a letter right after it. Ordinals (5th) and
 * what is set small without being a script, as side notes are, stay text.
 */
export function scriptOf({ kind, text, base }: Script): { plain: string; apart: string } {
  const trimmed = text.trim();
  const table = kind === 'sup' ? superscripts : subscripts;
  const characters = Array.from(trimmed, (character) => table.get(character));
  if (characters.length > 0 && characters.every((character) => character !== undefined))
    return same(characters.join(''));
  if (trimmed === '' || !/\S$/u.test(base) || isNote(trimmed)) return same(text);
  if (kind === 'sup' && isOrdinal(trimmed, base)) return same(trimmed);
  const mark = kind === 'sup' ? marks.get(trimmed.toLowerCase()) : undefined;
  if (mark !== undefined) return same(mark);
  const sign = kind === 'sup' ? '^' : '_';
  const apart = `${sign}(${trimmed})`;
  const isOneTerm = /^(?:[\p{L}\p{Nd}\p{M}]{1,8}|\d+\.\d+|\*|\\[a-zA-Z]+)$/u.test(trimmed);
  return { plain: isOneTerm ? sign + trimmed : apart, apart };
}

const same = (plain: string) => ({ plain, apart: plain });

/** Several words, a mark of a note such as [1] or †, or a mark of a brand. */
function isNote(text: string): boolean {
  const words = text.match(/[\p{L}]{2,}/gu) ?? [];
  const isWordy = /\s/u.test(text) && words.length > 1;
  return (
    isWordy || text.length > mostFormulaCharacters || /^(?:\[.*\]|[^\p{L}\p{N}*]+)$/u.test(text)
  );
}

const isOrdinal = (text: string, base: string) =>
  /^th$/i.test(text) || (/\d$/.test(base) && /^(?:st|nd|rd)$/i.test(text));

function zip(keys: string, values: string): [string, string][] {
  const characters = Array.from(values);
  return Array.from(keys, (key, index) => [key, characters[index] ?? key]);
}
