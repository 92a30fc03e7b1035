import { repeatText } from '../jinja-sandbox.ts';
import { argumentsOf, isList, jinja, type JinjaValue } from './jinja-values.ts';
import { braceFormat } from './python-format.ts';
import { isAllSpace, pythonStr, splitWords, strip } from './python-text.ts';

/** Arguments of a method by place, or by one of the names Python knows. */
type Given = (place: number, name?: string) => JinjaValue | undefined;
type Method = (text: string, given: Given, values: readonly JinjaValue[]) => JinjaValue;

const { text, truth, integer, list } = jinja;

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

const separators = (value: JinjaValue | undefined): string => {
  const separator = textRequired(value);
  if (separator === '') throw new Error('empty separator');
  return separator;
};

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
  if (separator === undefined && most < 0) return list(splitWords(whole, -1).map(text));
  const parts = whole.split(separators(given(0, 'sep')));
  if (most < 0 || parts.length <= most + 1) return list(parts.map(text));
  const first = parts.splice(0, parts.length - most).join(separator);
  return list([first, ...parts].map(text));
}

function partition(whole: string, separator: string, fromEnd: boolean): JinjaValue {
  const at = fromEnd ? whole.lastIndexOf(separator) : whole.indexOf(separator);
  const parts = [whole.slice(0, at), separator, whole.slice(at + separator.length)];
  if (at < 0) return list((fromEnd ? ['', '', whole] : [whole, '', '']).map(text));
  return list(parts.map(text));
}

/** Whether any of the texts of an argument (one, or a tuple of them) is meant by `test`. */
function some(value: JinjaValue | undefined, test: (text: string) => boolean): JinjaValue {
  const all = isList(value) ? value.value : [value];
  return truth(all.some((one) => test(textRequired(one))));
}

function replace(whole: string, given: Given): JinjaValue {
  const before = textRequired(given(0));
  const after = textRequired(given(1));
  const most = numberGiven(given(2, 'count')) ?? -1;
  const parts = before === '' ? ['', ...Array.from(whole), ''] : whole.split(before);
  const cuts = most < 0 ? parts.length - 1 : Math.min(most, parts.length - 1);
  const head = parts.slice(0, cuts + 1).join(after);
  const rest = parts.slice(cuts + 1);
  return text(rest.length === 0 ? head : [head, ...rest].join(before));
}

/** Code points in front of a place, as Python counts; -1 stays. */
const place = (whole: string, at: number) =>
  integer(at < 0 ? -1 : Array.from(whole.slice(0, at)).length);

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

const isCased = (whole: string, same: string) =>
  whole === same && whole.toLowerCase() !== whole.toUpperCase();

const methods: Record<string, Method> = {
  strip: (whole, given) => text(strip(whole, 'both', textGiven(given(0)))),
  lstrip: (whole, given) => text(strip(whole, 'start', textGiven(given(0)))),
  rstrip: (whole, given) => text(strip(whole, 'end', textGiven(given(0)))),
  upper: (whole) => text(whole.toUpperCase()),
  lower: (whole) => text(whole.toLowerCase()),
  casefold: (whole) => text(whole.toLowerCase()),
  title: (whole) => text(title(whole)),
  capitalize: (whole) => text(capitalize(whole)),
  swapcase: (whole) => text(swapCase(whole)),
  startswith: (whole, given) => some(given(0), (start) => whole.startsWith(start)),
  endswith: (whole, given) => some(given(0), (end) => whole.endsWith(end)),
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
  splitlines: (whole) => {
    const lines = whole.split(lineBreak);
    return list((lines.at(-1) === '' ? lines.slice(0, -1) : lines).map(text));
  },
  partition: (whole, given) => partition(whole, separators(given(0)), false),
  rpartition: (whole, given) => partition(whole, separators(given(0)), true),
  replace,
  join: (whole, given) => {
    const items = given(0);
    const parts = isList(items) ? items.value.map(textRequired) : [];
    return text(parts.join(whole));
  },
  find: (whole, given) => place(whole, whole.indexOf(textRequired(given(0)))),
  rfind: (whole, given) => place(whole, whole.lastIndexOf(textRequired(given(0)))),
  index: (whole, given) => required(place(whole, whole.indexOf(textRequired(given(0))))),
  count: (whole, given) => integer(whole.split(textRequired(given(0))).length - 1),
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
  isdigit: (whole) => truth(/^\p{Nd}+$/u.test(whole)),
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
  return new Map([...callables, ['length', integer(Array.from(whole).length)]]);
}
