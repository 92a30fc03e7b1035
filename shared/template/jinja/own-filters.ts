import { isDictionary, jinja, type JinjaValue } from './jinja-values.ts';
import { percentFormat } from './python-format.ts';
import { isTrue, itemsOf } from './python-operations.ts';
import { pythonStr, splitWords, strip } from './python-text.ts';

/** Filters that go over nothing where there is nothing. */
export const overNothing = new Set(['select', 'reject', 'selectattr', 'rejectattr', 'map']);

/** A filter of ours; undefined leaves the value to the library. */
type Filter = (
  operand: JinjaValue,
  positional: readonly JinjaValue[],
  named: ReadonlyMap<string, JinjaValue>,
) => JinjaValue | undefined;

const methodFilter =
  (name: string): Filter =>
  (operand, positional) => {
    const method = jinja.text(pythonStr(operand)).builtins.get(name)?.value;
    return typeof method === 'function' ? method([...positional]) : undefined;
  };

const marks: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  "'": '&#39;',
  '"': '&#34;',
};
const escaped = (text: string) => text.replaceAll(/[&<>'"]/g, (mark) => marks[mark] ?? mark);

/** The part of an item that an `attribute` asks for, else the item. */
function attributeOf(item: JinjaValue, attribute: JinjaValue | undefined): JinjaValue {
  if (!attribute || attribute.type === 'NullValue') return item;
  const found = isDictionary(item) ? item.value.get(pythonStr(attribute)) : undefined;
  return found ?? jinja.undefined();
}

function sum(
  items: readonly JinjaValue[],
  [attribute, start]: readonly JinjaValue[],
  named: ReadonlyMap<string, JinjaValue>,
): JinjaValue {
  const values = items.map((item) => attributeOf(item, attribute ?? named.get('attribute')));
  const all = [start ?? named.get('start') ?? jinja.integer(0), ...values];
  const total = all.reduce((whole, { value }) => {
    if (typeof value !== 'number' && typeof value !== 'boolean')
      throw new Error('sum adds numbers only');
    return whole + Number(value);
  }, 0);
  const isFloat = all.some(({ type }) => type === 'FloatValue');
  return isFloat ? jinja.float(total) : jinja.integer(total);
}

function extreme(
  operand: JinjaValue,
  [caseSensitive]: readonly JinjaValue[],
  named: ReadonlyMap<string, JinjaValue>,
  sign: 1 | -1,
): JinjaValue {
  const isExact = isTrue(caseSensitive ?? named.get('case_sensitive') ?? jinja.truth(false));
  const attribute = named.get('attribute');
  const keyOf = (item: JinjaValue) => {
    const { value } = attributeOf(item, attribute);
    return typeof value === 'string' && !isExact ? value.toLowerCase() : value;
  };
  const isBeyond = (one: unknown, other: unknown) => {
    if (typeof one === 'string' && typeof other === 'string')
      return sign > 0 ? one > other : one < other;
    const [number, least] = [Number(one), Number(other)];
    if (typeof one === 'string' || typeof other === 'string' || Number.isNaN(number - least))
      throw new Error('min and max compare numbers, or texts');
    return sign > 0 ? number > least : number < least;
  };
  const [first, ...others] = itemsOf(operand);
  if (!first) return jinja.undefined();
  return others.reduce((best, item) => (isBeyond(keyOf(item), keyOf(best)) ? item : best), first);
}

/** Filters that the library lacks or does otherwise; undefined leaves it to the library. */
export const ownFilters: Record<string, Filter> = {
  trim: (operand, [characters]) => {
    const set = typeof characters?.value === 'string' ? characters.value : undefined;
    return jinja.text(strip(pythonStr(operand), 'both', set));
  },
  format: (operand, positional, named) =>
    jinja.text(percentFormat(pythonStr(operand), { positional, named })),
  string: (operand) => jinja.text(pythonStr(operand)),
  upper: methodFilter('upper'),
  lower: methodFilter('lower'),
  capitalize: methodFilter('capitalize'),
  replace: methodFilter('replace'),
  title: (operand) =>
    jinja.text(
      pythonStr(operand).replace(
        /[^-\s({[<]+/gu,
        (word) => word.charAt(0).toUpperCase() + word.slice(1).toLowerCase(),
      ),
    ),
  length: (operand) => jinja.integer(itemsOf(operand).length),
  count: (operand) => jinja.integer(itemsOf(operand).length),
  wordcount: (operand) => jinja.integer(splitWords(pythonStr(operand), -1).length),
  list: (operand) => jinja.list(itemsOf(operand)),
  first: (operand) => itemsOf(operand)[0] ?? jinja.undefined(),
  last: (operand) => itemsOf(operand).at(-1) ?? jinja.undefined(),
  reverse: (operand) =>
    typeof operand.value === 'string'
      ? jinja.text(Array.from(operand.value).toReversed().join(''))
      : undefined,
  join: (operand, [separator], named) => {
    const between = separator ?? named.get('d');
    return jinja.text(
      itemsOf(operand)
        .map(pythonStr)
        .join(between ? pythonStr(between) : ''),
    );
  },
  sum: (operand, positional, named) => sum(itemsOf(operand), positional, named),
  min: (operand, positional, named) => extreme(operand, positional, named, -1),
  max: (operand, positional, named) => extreme(operand, positional, named, 1),
  escape: (operand) => jinja.text(escaped(pythonStr(operand))),
  e: (operand) => jinja.text(escaped(pythonStr(operand))),
  tojson: (operand) => (operand.type === 'FloatValue' ? jinja.text(pythonStr(operand)) : undefined),
  int: (operand) =>
    operand.type === 'FloatValue' ? jinja.integer(Math.trunc(Number(operand.value))) : undefined,
  map: (operand, [name]) => {
    const method = typeof name?.value === 'string' ? ownFilters[name.value] : undefined;
    if (!method) return undefined;
    return jinja.list(itemsOf(operand).map((item) => method(item, [], new Map()) ?? item));
  },
};
