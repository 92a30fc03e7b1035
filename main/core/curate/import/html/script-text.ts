const superscripts = new Map(zip('0123456789+-=()ni', '⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ'));
const subscripts = new Map(zip('0123456789+-=()', '₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎'));

/**
 * The text of a super- or subscript without its tag: Unicode characters where they exist (x², H₂O),
 * `^` before another short superscript (2^k), and plain text for anything longer, as in side notes.
 */
export function scriptText(kind: 'sup' | 'sub', text: string): string {
  const table = kind === 'sup' ? superscripts : subscripts;
  const characters = Array.from(text.trim(), (character) => table.get(character));
  if (characters.length > 0 && characters.every((character) => character !== undefined))
    return characters.join('');
  return kind === 'sup' && /^\w{1,8}$/.test(text) ? `^${text}` : text;
}

function zip(keys: string, values: string): [string, string][] {
  const characters = Array.from(values);
  return Array.from(keys, (key, index) => [key, characters[index] ?? key]);
}
