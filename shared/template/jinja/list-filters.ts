import {
  argument,
  attributeOf,
  type Filter,
  type FilterCall,
  flagArgument,
  numberArgument,
  textArgument,
} from './filter-call.ts';
import { isDictionary, jinja, type JinjaValue } from './jinja-values.ts';
import { compare, isTrue, itemsOf, pythonOperation } from './python-operations.ts';
import { pythonRepr, pythonStr } from './python-text.ts';

/** Texts in small letters where case does not count. */
const folded = (value: JinjaValue, isExact: boolean): JinjaValue =>
  typeof value.value === 'string' && !isExact ? jinja.text(value.value.toLowerCase()) : value;

function sorted(
  items: readonly JinjaValue[],
  keyOf: (item: JinjaValue) => JinjaValue,
  isReversed = false,
): JinjaValue[] {
  const keyed = items.map((item) => ({ item, key: keyOf(item) }));
  keyed.sort((a, b) => compare(a.key, b.key) * (isReversed ? -1 : 1));
  return keyed.map(({ item }) => item);
}

const sort: Filter = (operand, call) => {
  const isExact = flagArgument(call, 1, 'case_sensitive');
  const attribute = argument(call, 2, 'attribute');
  const names = attribute ? pythonStr(attribute).split(',').map(jinja.text) : [];
  const keyOf = (item: JinjaValue) => {
    if (names.length < 2) return folded(attributeOf(item, attribute), isExact);
    return jinja.list(names.map((name) => folded(attributeOf(item, name), isExact)));
  };
  return jinja.list(sorted(itemsOf(operand), keyOf, flagArgument(call, 0, 'reverse')));
};

/** The entries of a dictionary, as tuples. */
export const entriesOf = (operand: JinjaValue): JinjaValue[] => {
  if (!isDictionary(operand)) throw new Error(`${pythonStr(operand)} has no entries`);
  return Array.from(operand.value, ([key, value]) => jinja.tuple([jinja.text(key), value]));
};

const dictsort: Filter = (operand, call) => {
  const isExact = flagArgument(call, 0, 'case_sensitive');
  const by = textArgument(call, 1, 'by', 'key');
  if (by !== 'key' && by !== 'value') throw new Error("by has to be 'key' or 'value'");
  const place = jinja.integer(by === 'key' ? 0 : 1);
  const keyOf = (entry: JinjaValue) => folded(attributeOf(entry, place), isExact);
  return jinja.list(sorted(entriesOf(operand), keyOf, flagArgument(call, 2, 'reverse')));
};

/** What tells two values apart, as far as Python's `hash` does. */
const identity = ({ type, value }: JinjaValue) =>
  typeof value === 'number' || typeof value === 'boolean'
    ? `number ${Number(value)}`
    : `${type} ${pythonRepr({ type, value })}`;

const unique: Filter = (operand, call) => {
  const isExact = flagArgument(call, 0, 'case_sensitive');
  const attribute = argument(call, 1, 'attribute');
  const seen = new Set<string>();
  const items = itemsOf(operand).filter((item) => {
    const key = identity(folded(attributeOf(item, attribute), isExact));
    return !seen.has(key) && seen.add(key);
  });
  return jinja.list(items);
};

const groupby: Filter = (operand, call) => {
  const attribute = argument(call, 0, 'attribute');
  const isExact = flagArgument(call, 2, 'case_sensitive');
  const valueOf = (item: JinjaValue) => attributeOf(item, attribute, argument(call, 1, 'default'));
  const keyOf = (item: JinjaValue) => folded(valueOf(item), isExact);
  const groups: JinjaValue[][] = [];
  for (const item of sorted(itemsOf(operand), keyOf)) {
    const [first] = groups.at(-1) ?? [];
    if (first && compare(keyOf(first), keyOf(item)) === 0) groups.at(-1)?.push(item);
    else groups.push([item]);
  }
  return jinja.list(
    groups.map((items) =>
      groupOf(items[0] ? valueOf(items[0]) : jinja.undefined(), jinja.list(items)),
    ),
  );
};

/** A tuple, whose items have names. */
function groupOf(grouper: JinjaValue, list: JinjaValue): JinjaValue {
  const group = jinja.tuple([grouper, list]);
  const builtins = new Map([...group.builtins, ['grouper', grouper] as const, ['list', list]]);
  return Object.defineProperty(group, 'builtins', { value: builtins });
}

function batch(operand: JinjaValue, call: FilterCall): JinjaValue {
  const size = Math.max(1, numberArgument(call, 0, 'linecount', 1));
  const fill = argument(call, 1, 'fill_with');
  const items = itemsOf(operand);
  const rows: JinjaValue[] = [];
  for (let start = 0; start < items.length; start += size) {
    const row = items.slice(start, start + size);
    rows.push(jinja.list(fill ? [...row, ...filling(fill, size - row.length)] : row));
  }
  return jinja.list(rows);
}

const filling = (fill: JinjaValue, count: number): readonly JinjaValue[] => {
  const filled = pythonOperation('*', jinja.list([fill]), jinja.integer(count));
  return filled ? itemsOf(filled) : [];
};

function slice(operand: JinjaValue, call: FilterCall): JinjaValue {
  const count = numberArgument(call, 0, 'slices', 1);
  const fill = argument(call, 1, 'fill_with');
  const items = itemsOf(operand);
  const least = Math.floor(items.length / count);
  const longer = items.length % count;
  const columns = filling(jinja.integer(0), count).map((_, column) => {
    const start = column * least + Math.min(column, longer);
    const own = items.slice(start, start + least + (column < longer ? 1 : 0));
    return jinja.list(fill && column >= longer ? [...own, fill] : own);
  });
  return jinja.list(columns);
}

function sum(operand: JinjaValue, call: FilterCall): JinjaValue {
  const attribute = argument(call, 0, 'attribute');
  const start = argument(call, 1, 'start') ?? jinja.integer(0);
  return itemsOf(operand).reduce((whole, item) => {
    const added = pythonOperation('+', whole, attributeOf(item, attribute));
    if (added) return added;
    throw new Error('sum adds numbers or lists only');
  }, start);
}

const extreme =
  (sign: 1 | -1): Filter =>
  (operand, call) => {
    const isExact = flagArgument(call, 0, 'case_sensitive');
    const attribute = argument(call, 1, 'attribute');
    const keyOf = (item: JinjaValue) => folded(attributeOf(item, attribute), isExact);
    const [first, ...others] = itemsOf(operand);
    if (!first) return jinja.undefined();
    return others.reduce(
      (best, item) => (compare(keyOf(item), keyOf(best)) * sign > 0 ? item : best),
      first,
    );
  };

const join: Filter = (operand, call) => {
  const attribute = argument(call, 1, 'attribute');
  const parts = itemsOf(operand).map((item) => pythonStr(attributeOf(item, attribute)));
  return jinja.text(parts.join(textArgument(call, 0, 'd', '')));
};

const length: Filter = (operand) => jinja.integer(itemsOf(operand).length);

/** Filters of lists, and of what can be gone over. */
export const listFilters: Readonly<Record<string, Filter>> = {
  length,
  count: length,
  list: (operand) => jinja.list(itemsOf(operand)),
  first: (operand) => itemsOf(operand)[0] ?? jinja.undefined(),
  last: (operand) => itemsOf(operand).at(-1) ?? jinja.undefined(),
  reverse: (operand) => {
    const items = itemsOf(operand).toReversed();
    return typeof operand.value === 'string'
      ? jinja.text(items.map(pythonStr).join(''))
      : jinja.list(items);
  },
  items: (operand) => jinja.list(operand.type === 'UndefinedValue' ? [] : entriesOf(operand)),
  join,
  sort,
  dictsort,
  unique,
  groupby,
  batch,
  slice,
  sum,
  min: extreme(-1),
  max: extreme(1),
  default: (operand, call) => {
    const isEmpty =
      operand.type === 'UndefinedValue' || (flagArgument(call, 1, 'boolean') && !isTrue(operand));
    if (!isEmpty) return operand;
    return call.positional[0] ?? call.named.get('default_value') ?? jinja.text('');
  },
};
