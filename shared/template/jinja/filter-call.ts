import { argumentsOf, isDictionary, isList, jinja, type JinjaValue } from './jinja-values.ts';
import { isTrue } from './python-operations.ts';
import { pythonStr } from './python-text.ts';

/** What a filter was called with, by place or by the name that Jinja gives the argument. */
export interface FilterCall {
  positional: readonly JinjaValue[];
  named: ReadonlyMap<string, JinjaValue>;
}

/** A filter of a template. */
export type Filter = (operand: JinjaValue, call: FilterCall) => JinjaValue;

/** An argument; undefined where it was not given, or as none. */
export function argument(
  { positional, named }: FilterCall,
  place: number,
  name: string,
): JinjaValue | undefined {
  const value = positional[place] ?? named.get(name);
  return value?.type === 'NullValue' || value?.type === 'UndefinedValue' ? undefined : value;
}

/** A number that was given, or what it is without. */
export function numberArgument(
  call: FilterCall,
  place: number,
  name: string,
  otherwise: number,
): number {
  const value = argument(call, place, name)?.value;
  if (value === undefined) return otherwise;
  if (typeof value !== 'number') throw new Error(`${name} has to be a number`);
  return value;
}

/** A text that was given, or what it is without. */
export function textArgument(
  call: FilterCall,
  place: number,
  name: string,
  otherwise: string,
): string {
  const value = argument(call, place, name);
  return value ? pythonStr(value) : otherwise;
}

/** Whether something was given that is true. */
export function flagArgument(call: FilterCall, place: number, name: string): boolean {
  const value = argument(call, place, name);
  return value !== undefined && isTrue(value);
}

/** The part of an item that `attribute` (`a.b`, `0`) asks for, the item without one. */
export function attributeOf(
  item: JinjaValue,
  attribute: JinjaValue | undefined,
  otherwise: JinjaValue = jinja.undefined(),
): JinjaValue {
  if (!attribute) return item;
  const part = pythonStr(attribute).split('.').reduce(partOf, item);
  return part.type === 'UndefinedValue' ? otherwise : part;
}

function partOf(value: JinjaValue, name: string): JinjaValue {
  if (value.type === 'UndefinedValue') throw new Error(`what is asked for ${name} is undefined`);
  const found = isDictionary(value)
    ? value.value.get(name)
    : isList(value) && /^\d+$/.test(name)
      ? value.value[Number(name)]
      : value.builtins.get(name);
  return found ?? jinja.undefined();
}

/** The same call without its first arguments. */
export const behind = ({ positional, named }: FilterCall, count: number): FilterCall => ({
  positional: positional.slice(count),
  named,
});

/** A method of a text as a filter. */
export const methodFilter =
  (name: string): Filter =>
  (operand, { positional, named }) => {
    const method = jinja.text(pythonStr(operand)).builtins.get(name)?.value;
    if (typeof method !== 'function') throw new Error(`no filter is named ${name}`);
    const given = named.size > 0 ? [...positional, jinja.named(named)] : [...positional];
    return method(given);
  };

/** What a function of a template was called with. */
export const callOf = (values: readonly JinjaValue[]): FilterCall => argumentsOf(values);
