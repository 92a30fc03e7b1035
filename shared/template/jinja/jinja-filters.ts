import { argument, attributeOf, behind, type Filter, type FilterCall } from './filter-call.ts';
import { jinja, type JinjaValue } from './jinja-values.ts';
import { testNamed } from './jinja-tests.ts';
import { listFilters } from './list-filters.ts';
import { isTrue, itemsOf } from './python-operations.ts';
import { pythonStr } from './python-text.ts';
import { textFilters } from './text-filters.ts';

/** Whether an item passes the test that a call names, or is true where it names none. */
function passes(value: JinjaValue, { positional: [name, given] }: FilterCall): boolean {
  if (!name) return isTrue(value);
  return testNamed(pythonStr(name))(value, given ?? jinja.undefined());
}

/** `select` and its kind; Jinja goes over nothing where there is nothing: `none|select` is empty. */
const selecting =
  (isKept: boolean, ofAttribute: boolean): Filter =>
  (operand, call) => {
    if (!isTrue(operand)) return jinja.list([]);
    const attribute = ofAttribute ? call.positional[0] : undefined;
    if (ofAttribute && !attribute) throw new Error('an attribute to look at has to be given');
    const test = behind(call, ofAttribute ? 1 : 0);
    return jinja.list(
      itemsOf(operand).filter((item) => passes(attributeOf(item, attribute), test) === isKept),
    );
  };

const map: Filter = (operand, call) => {
  if (!isTrue(operand)) return jinja.list([]);
  const [name] = call.positional;
  const attribute = argument(call, -1, 'attribute');
  const otherwise = call.named.get('default');
  if (!name && !attribute) throw new Error('map needs a filter or an attribute');
  const each = name
    ? (item: JinjaValue) => filterNamed(pythonStr(name))(item, behind(call, 1))
    : (item: JinjaValue) => attributeOf(item, attribute, otherwise);
  return jinja.list(itemsOf(operand).map(each));
};

const filters: ReadonlyMap<string, Filter> = new Map<string, Filter>([
  ...Object.entries(textFilters),
  ...Object.entries(listFilters),
  ['d', (operand, call) => filterNamed('default')(operand, call)],
  ['select', selecting(true, false)],
  ['reject', selecting(false, false)],
  ['selectattr', selecting(true, true)],
  ['rejectattr', selecting(false, true)],
  ['map', map],
]);

/** The filter of this name; throws for one that is not known. */
export function filterNamed(name: string): Filter {
  const filter = filters.get(name);
  if (!filter) throw new Error(`no filter is named ${name}`);
  return filter;
}
