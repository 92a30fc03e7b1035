import { callOf } from './filter-call.ts';
import { isDictionary, jinja, type JinjaValue } from './jinja-values.ts';
import { entriesOf } from './list-filters.ts';
import { isEqual, itemsOf } from './python-operations.ts';
import { pythonStr } from './python-text.ts';

/** The methods of Python's `dict` that a template may call: none that changes it. */
export function dictionaryMethods(entries: Map<string, JinjaValue>): Map<string, JinjaValue> {
  return new Map([
    [
      'get',
      jinja.callable(([key, otherwise]) => {
        const name = key ? pythonStr(key) : '';
        return entries.get(name) ?? otherwise ?? jinja.none();
      }),
    ],
    ['items', jinja.callable(() => jinja.list(entriesOf(jinja.dictionary(entries))))],
    ['keys', jinja.callable(() => jinja.list(Array.from(entries.keys(), jinja.text)))],
    ['values', jinja.callable(() => jinja.list(Array.from(entries.values())))],
    ['copy', jinja.callable(() => jinja.dictionary(new Map(entries)))],
  ]);
}

const same = (wanted: JinjaValue | undefined) => (item: JinjaValue) =>
  wanted !== undefined && isEqual(item, wanted);

/** The methods of Python's `list` and `tuple` that a template may call. */
export function listMethods(items: readonly JinjaValue[]): Map<string, JinjaValue> {
  return new Map([
    ['copy', jinja.callable(() => jinja.list(items))],
    ['count', jinja.callable(([wanted]) => jinja.integer(items.filter(same(wanted)).length))],
    [
      'index',
      jinja.callable(([wanted]) => {
        const at = items.findIndex(same(wanted));
        if (at < 0) throw new Error('the list has no such item');
        return jinja.integer(at);
      }),
    ],
  ]);
}

/** Functions that templates find beside those of the sandbox. */
export const jinjaFunctions: Readonly<Record<string, JinjaValue>> = {
  dict: jinja.callable((values) => {
    const { positional, named } = callOf(values);
    const [source] = positional;
    return jinja.dictionary(new Map([...(source ? pairsOf(source) : []), ...named]));
  }),
  joiner: jinja.callable(([separator]) => {
    let isFirst = true;
    return jinja.callable(() => {
      const written = isFirst ? '' : separator ? pythonStr(separator) : ', ';
      isFirst = false;
      return jinja.text(written);
    });
  }),
};

function pairsOf(source: JinjaValue): [string, JinjaValue][] {
  const pairs = isDictionary(source) ? entriesOf(source) : itemsOf(source);
  return pairs.map((pair) => {
    const [key, value, ...others] = itemsOf(pair);
    if (key && value && others.length === 0) return [pythonStr(key), value];
    throw new Error('dict needs pairs of a key and a value');
  });
}
