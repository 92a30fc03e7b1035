import { repeatText } from '../jinja-sandbox.ts';
import { argumentsOf, isList, jinja, type JinjaValue } from './jinja-values.ts';
import { braceFormat } from './python-format.ts';
import { itemsOf } from './python-operations.ts';
import { isAllSpace, pythonStr, splitWords, strip } from './python-text.ts';

/** Arguments of a method by place, or by one of the names Python knows. */
type Given = (place: number, name?: string) => JinjaValue | undefined;
type Method = (text: string, given: Given, values: readonly JinjaValue[]) => JinjaValue;

const { text, truth, integer, list, tuple } = jinja;

function textGiven(value: JinjaValue | undefined): string | undefined {
  if (value === undefined || value.type === 'NullValue') return undefined;
  if (typeof value.value === 'string') return value.value;
  throw new Error(`a string is required, not ${pythonStr(value)}`);
}

function textRequired(value: JinjaValue | undefined): string {
  const found = textGiven(value);
  if (found === undefined) throw new Error('a string is required as argument');
  return found;
}

const numberGiven = (value: JinjaValue | undefined): number | undefined =>
  typeof value?.value === 'number' ? value.value : undefined;

const separatorControls = '\\x1c-\\x1e';
const lineBreak = new RegExp(`\\r\\n|[\\n-\\r${separatorControls}\\x85\\u2028\\u2029]`);

const behindLineBreak = new RegExp(
  `(?<=\\r\\n|[\\n\\v\\f${separatorControls}\\x85\\u2028\\u2029]|\\r(?!\\n))`,
);

const separators = (value: JinjaValue | undefined): string => {
  const separator = textRequired(value);
  if (separator === '') throw new Error('empty separator');
  return separator;
};

/** Python's `splitlines`. */
export function splitLines(whole: string, keepsEnds: boolean): string[] {
  const parts = whole.split(keepsEnds ? behindLineBreak : lineBreak);
  return parts.at(-1) === '' ? parts.slice(0, -1) : parts;
}

function split(whole: string, given: Given): JinjaValue {
  const most = numberGiven(given(1, 'maxsplit')) ?? -1;
  const cut = given(0, 'sep');
  if (textGiven(cut) === undefined) return list(splitWords(whole, most).map(text));
  const separator = separators(cut);
  const parts = whole.split(separator);
  if (most >= 0 && parts.length > most + 1) parts.push(parts.splice(most).join(separator));
  return list(parts.map(text));
}

function splitFromEnd(whole: string, given: Given): JinjaValue {
  const most = numberGiven(given(1, 'maxsplit')) ?? -1;
  const separator = textGiven(given(0, 'sep'));
  if (separator === undefined) return list(splitWordsFromEnd(whole, most).map(text));
  const parts = whole.split(separators(given(0, 'sep')));
  if (most < 0 || parts.length <= most + 1) return list(parts.map(text));
  const first = parts.splice(0, parts.length - most).join(separator);
  return list([first, ...parts].map(text));
}

const reversed = (part: string) => Array.from(part).toReversed().join('');

function splitWordsFromEnd(whole: string, most: number): string[] {
  return splitWords(reversed(whole), most).map(reversed).toReversed();
}

function partition(whole: string, separator: string, fromEnd: boolean): JinjaValue {
  const at = fromEnd ? whole.lastIndexOf(separator) : whole.indexOf(separator);
  const parts = [whole.slice(0, at), separator, whole.slice(at + separator.length)];
  if (at < 0) return tuple((fromEnd ? ['', '', whole] : [whole, '', '']).map(text));
  return tuple(parts.map(text));
}

/** Whether any of the texts of an argument (one, or a tuple of them) is meant by `test`. */
function some(value: JinjaValue | undefined, test: (text: string) => boolean): JinjaValue {
  const all = isList(value) ? value.value : [value];
  return truth(all.some((one) => test(textRequired(one))));
}

function replace(whole: string, given: Given): JinjaValue {
  const before = textRequired(given(0, 'old'));
  const after = textRequired(given(1, 'new'));
  const most = numberGiven(given(2, 'count')) ?? -1;
  const parts = before === '' ? ['', ...Array.from(whole), ''] : whole.split(before);
  const cuts = most < 0 ? parts.length - 1 : Math.min(most, parts.length - 1);
  const head = parts.slice(0, cuts + 1).join(after);
  const rest = parts.slice(cuts + 1);
  return text(rest.length === 0 ? head : [head, ...rest].join(before));
}

interface Stretch {
  part: string;
  /** Characters of the text in front of it, as Python counts. */
  offset: number;
}

/** The part of a text that a method is to look at: `start` and `end`, from the end where negative. */
function stretchOf(whole: string, given: Given): Stretch {
  const [start, end] = [numberGiven(given(1, 'start')), numberGiven(given(2, 'end'))];
  if (start === undefined && end === undefined) return { part: whole, offset: 0 };
  const characters = Array.from(whole);
  const from = start === undefined || start >= 0 ? (start ?? 0) : characters.length + start;
  const part = characters.slice(Math.max(0, from), end).join('');
  return { part, offset: Math.max(0, from) };
}

/** The place of a text in the stretch that is looked at; -1 where it is not. */
const place = (whole: string, given: Given, find: 'indexOf' | 'lastIndexOf') => {
  const { part, offset } = stretchOf(whole, given);
  const at = part[find](textRequired(given(0)));
  return integer(at < 0 ? -1 : offset + Array.from(part.slice(0, at)).length);
};

function count(whole: string, given: Given): JinjaValue {
  const { part } = stretchOf(whole, given);
  const wanted = textRequired(given(0));
  return integer(wanted === '' ? Array.from(part).length + 1 : part.split(wanted).length - 1);
}

function required(found: JinjaValue): JinjaValue {
  if (found.value === -1) throw new Error('substring not found');
  return found;
}

function pad(whole: string, given: Given, share: (missing: number) => number): JinjaValue {
  const missing = Math.max(0, (numberGiven(given(0)) ?? 0) - Array.from(whole).length);
  const fill = textGiven(given(1)) ?? ' ';
  const left = share(missing);
  return text(repeatText(fill, left) + whole + repeatText(fill, missing - left));
}

const capitalize = (whole: string): string => {
  const [first = '', ...rest] = Array.from(whole);
  return first.toUpperCase() + rest.join('').toLowerCase();
};

/** Every run of letters with its first one large, as `str.title`. */
const title = (whole: string): string => whole.replace(/\p{L}+/gu, capitalize);

const swapCase = (whole: string) =>
  Array.from(whole, (c) => (c === c.toUpperCase() ? c.toLowerCase() : c.toUpperCase())).join('');

function expandtabs(whole: string, given: Given): JinjaValue {
  const size = numberGiven(given(0, 'tabsize')) ?? 8;
  let column = 0;
  const parts = Array.from(whole, (character) => {
    if (character === '\n' || character === '\r') column = 0;
    else if (character !== '\t') column += 1;
    if (character !== '\t') return character;
    const width = size > 0 ? size - (column % size) : 0;
    column += width;
    return repeatText(' ', width);
  });
  return text(parts.join(''));
}

const isCased = (whole: string, same: string) =>
  whole === same && whole.toLowerCase() !== whole.toUpperCase();

const methods: Record<string, Method> = {
  strip: (whole, given) => text(strip(whole, 'both', textGiven(given(0)))),
  lstrip: (whole, given) => text(strip(whole, 'start', textGiven(given(0)))),
  rstrip: (whole, given) => text(strip(whole, 'end', textGiven(given(0)))),
  upper: (whole) => text(whole.toUpperCase()),
  lower: (whole) => text(whole.toLowerCase()),
  casefold: (whole) => text(whole.replaceAll(/[\u00df\u1e9e]/g, 'ss').toLowerCase()),
  title: (whole) => text(title(whole)),
  capitalize: (whole) => text(capitalize(whole)),
  swapcase: (whole) => text(swapCase(whole)),
  startswith: (whole, given) =>
    some(given(0), (start) => stretchOf(whole, given).part.startsWith(start)),
  endswith: (whole, given) => some(given(0), (end) => stretchOf(whole, given).part.endsWith(end)),
  removeprefix: (whole, given) => {
    const start = textRequired(given(0));
    return text(whole.startsWith(start) ? whole.slice(start.length) : whole);
  },
  removesuffix: (whole, given) => {
    const end = textRequired(given(0));
    return text(end !== '' && whole.endsWith(end) ? whole.slice(0, -end.length) : whole);
  },
  split,
  rsplit: splitFromEnd,
  splitlines: (whole, given) => {
    const keeps = given(0, 'keepends')?.value;
    return list(splitLines(whole, Boolean(keeps)).map(text));
  },
  partition: (whole, given) => partition(whole, separators(given(0)), false),
  rpartition: (whole, given) => partition(whole, separators(given(0)), true),
  replace,
  join: (whole, given) => {
    const items = given(0);
    const parts = items ? itemsOf(items).map(textRequired) : [];
    return text(parts.join(whole));
  },
  find: (whole, given) => place(whole, given, 'indexOf'),
  rfind: (whole, given) => place(whole, given, 'lastIndexOf'),
  index: (whole, given) => required(place(whole, given, 'indexOf')),
  rindex: (whole, given) => required(place(whole, given, 'lastIndexOf')),
  count,
  zfill: (whole, given) => {
    const sign = /^[+-]/.exec(whole)?.[0] ?? '';
    const missing = Math.max(0, (numberGiven(given(0)) ?? 0) - Array.from(whole).length);
    return text(sign + repeatText('0', missing) + whole.slice(sign.length));
  },
  center: (whole, given) => {
    const width = numberGiven(given(0)) ?? 0;
    return pad(whole, given, (missing) => Math.floor(missing / 2) + (missing & width & 1));
  },
  ljust: (whole, given) => pad(whole, given, () => 0),
  rjust: (whole, given) => pad(whole, given, (missing) => missing),
  isdecimal: (whole) => truth(/^\p{Nd}+$/u.test(whole)),
  isdigit: (whole) => truth(/^[\p{Nd}\u00b2\u00b3\u00b9\u2070-\u2079\u2080-\u2089]+$/u.test(whole)),
  isascii: (whole) => truth(Array.from(whole).every((character) => character < '\x80')),
  isprintable: (whole) => truth(!/[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u.test(whole)),
  isidentifier: (whole) => truth(/^[\p{L}_][\p{L}\p{N}_]*$/u.test(whole)),
  istitle: (whole) => truth(whole === title(whole) && /\p{L}/u.test(whole)),
  expandtabs,
  isnumeric: (whole) => truth(/^\p{N}+$/u.test(whole)),
  isalpha: (whole) => truth(/^\p{L}+$/u.test(whole)),
  isalnum: (whole) => truth(/^[\p{L}\p{N}]+$/u.test(whole)),
  isspace: (whole) => truth(isAllSpace(whole)),
  isupper: (whole) => truth(isCased(whole, whole.toUpperCase())),
  islower: (whole) => truth(isCased(whole, whole.toLowerCase())),
  format: (whole, _, values) => text(braceFormat(whole, argumentsOf(values))),
};

/** The methods of Python's `str` that templates call, for one text. */
export function textMethods(whole: string): Map<string, JinjaValue> {
  const callables = Object.entries(methods).map(([name, method]): [string, JinjaValue] => [
    name,
    jinja.callable((values) => {
      const { positional, named } = argumentsOf(values);
      return method(whole, (at, key) => positional[at] ?? named.get(key ?? ''), values);
    }),
  ]);
  return new Map(callables);
}
