const space =
  '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
const leading = new RegExp(`^[${space}]+`);
const words = new RegExp(`[^${space}]+`, 'g');

/** Which ends of a text are stripped. */
export type StrippedEnds = 'both' | 'start' | 'end';

/**
 * Python's `strip`, `lstrip` and `rstrip`: without `characters` what Python calls white space (not
 * U+FEFF, unlike `trim`), else any of these characters.
 */
export function strip(text: string, ends: StrippedEnds = 'both', characters?: string): string {
  if (characters === undefined) {
    const start = ends === 'end' ? text : text.replace(leading, '');
    return ends === 'start' ? start : start.slice(0, start.length - trailingSpace(start));
  }
  const set = new Set(characters);
  const all = Array.from(text);
  let from = 0;
  let to = all.length;
  if (ends !== 'end') while (from < to && set.has(all[from] ?? '')) from += 1;
  if (ends !== 'start') while (to > from && set.has(all[to - 1] ?? '')) to -= 1;
  return all.slice(from, to).join('');
}

const isSpace = new RegExp(`^[${space}]$`);

/** Counted from the end, because a search for white space up to the end takes quadratic time. */
function trailingSpace(text: string): number {
  let count = 0;
  while (count < text.length && isSpace.test(text[text.length - 1 - count] ?? '')) count += 1;
  return count;
}

/** The words between white space, at most `most` cuts from the left; the rest stays as it is. */
export function splitWords(text: string, most: number): string[] {
  const found: string[] = [];
  const whole = strip(text, 'start');
  for (const { 0: word, index } of whole.matchAll(words)) {
    if (most >= 0 && found.length === most) return [...found, whole.slice(index)];
    found.push(word);
  }
  return found;
}

/** What `isspace` looks for. */
export const isAllSpace = (text: string): boolean => text !== '' && strip(text) === '';

/** A value of a template as far as Python's `str` and `repr` tell it. */
export interface PrintableValue {
  type: string;
  value: unknown;
}

/** Python's `str` of a value: `None`, `True`, `1.0`, `['a', 1]`. */
export function pythonStr(printable: PrintableValue): string {
  if (typeof printable.value === 'string') return printable.value;
  return printable.type === 'UndefinedValue' ? '' : pythonRepr(printable);
}

/** Python's `repr` of a value. */
export function pythonRepr({ type, value }: PrintableValue): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return type === 'FloatValue' ? floatRepr(value) : String(value);
  if (isListOfPrintables(value)) {
    const items = value.map(pythonRepr);
    if (type !== 'TupleValue') return `[${items.join(', ')}]`;
    return items.length === 1 ? `(${items[0]},)` : `(${items.join(', ')})`;
  }
  if (isMapOfPrintables(value)) {
    const entries = Array.from(value, ([key, item]) => `${quoted(key)}: ${pythonRepr(item)}`);
    return `{${entries.join(', ')}}`;
  }
  return type === 'UndefinedValue' ? 'Undefined' : 'None';
}

const isListOfPrintables = (value: unknown): value is PrintableValue[] => Array.isArray(value);
const isMapOfPrintables = (value: unknown): value is Map<string, PrintableValue> =>
  value instanceof Map;

function floatRepr(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value < 0 ? '-inf' : 'inf';
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e16)) return twoDigitExponent(value.toExponential());
  if (Object.is(value, -0)) return '-0.0';
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

/** `1e-5` as Python writes it: `1e-05`. */
export const twoDigitExponent = (text: string): string =>
  text.replace(/e([+-])(\d)$/, (_, sign: string, digit: string) => `e${sign}0${digit}`);

const escapes: Record<string, string> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function quoted(text: string): string {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'";
  const inside = text.replace(/[\\\p{Cc}\xa0\xad]|'/gu, (character) => {
    if (character === "'") return mark === "'" ? "\\'" : "'";
    const code = character.charCodeAt(0).toString(16).padStart(2, '0');
    return escapes[character] ?? `\\x${code}`;
  });
  return mark + inside + mark;
}
