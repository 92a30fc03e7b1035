import { repeatText } from '../jinja-sandbox.ts';
import { isDictionary, isList, jinja, type JinjaValue } from './jinja-values.ts';
import { percentFormat } from './python-format.ts';
import { pythonStr } from './python-text.ts';

const isNumber = ({ value }: JinjaValue) => typeof value === 'number' || typeof value === 'boolean';

/** An operator where the library lacks it or does otherwise; undefined leaves it to the library. */
export function pythonOperation(
  operator: string,
  left: JinjaValue,
  right: JinjaValue,
): JinjaValue | undefined {
  if (operator === '~') return jinja.text(pythonStr(left) + pythonStr(right));
  if (operator === '==') return jinja.truth(isEqual(left, right));
  if (operator === '!=') return jinja.truth(!isEqual(left, right));
  if (isList(right) && (operator === 'in' || operator === 'not in')) {
    const isIn = right.value.some((item) => isEqual(left, item));
    return jinja.truth(isIn === (operator === 'in'));
  }
  if (operator === '%') return remainderOrFormat(left, right);
  if (operator === '*') return repeated(left, right) ?? repeated(right, left);
  if (typeof left.value === 'string' && typeof right.value === 'string') {
    const order = compareCharacters(left.value, right.value);
    if (operator === '<') return jinja.truth(order < 0);
    if (operator === '<=') return jinja.truth(order <= 0);
    if (operator === '>') return jinja.truth(order > 0);
    if (operator === '>=') return jinja.truth(order >= 0);
  }
  return undefined;
}

function remainderOrFormat(left: JinjaValue, right: JinjaValue): JinjaValue | undefined {
  if (typeof left.value === 'string') {
    const positional = right.type === 'TupleValue' && isList(right) ? right.value : [right];
    return isDictionary(right)
      ? jinja.text(percentFormat(left.value, { positional: [], named: right.value }))
      : jinja.text(percentFormat(left.value, { positional, named: new Map() }));
  }
  if (!isNumber(left) || !isNumber(right)) return undefined;
  const divisor = Number(right.value);
  if (divisor === 0) throw new Error('division or modulo by zero');
  const rest = Number(left.value) % divisor;
  // Python's remainder has the sign of the divisor.
  const signed = rest !== 0 && rest < 0 !== divisor < 0 ? rest + divisor : rest;
  const isFloat = left.type === 'FloatValue' || right.type === 'FloatValue';
  return isFloat ? jinja.float(signed) : jinja.integer(signed);
}

function repeated({ value }: JinjaValue, times: JinjaValue): JinjaValue | undefined {
  if (times.type !== 'IntegerValue') return undefined;
  const count = Math.max(0, Number(times.value));
  if (typeof value === 'string') return jinja.text(repeatText(value, count));
  if (!Array.isArray(value)) return undefined;
  const places = repeatText(' '.repeat(value.length), count);
  return jinja.list(Array.from(places, (_, index) => value[index % value.length]));
}

function isEqual(left: JinjaValue, right: JinjaValue): boolean {
  const [a, b] = [left.value, right.value];
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, index) => isEqual(item, b[index]));
  if (a instanceof Map && b instanceof Map)
    return (
      a.size === b.size &&
      Array.from(a).every(([key, item]) => b.has(key) && isEqual(item, b.get(key)))
    );
  if (isNumber(left) && isNumber(right)) return Number(a) === Number(b);
  return left.type === right.type && a === b;
}

/** By code points, as Python orders texts. */
function compareCharacters(left: string, right: string): number {
  const [a, b] = [Array.from(left), Array.from(right)];
  const at = a.findIndex((character, index) => character !== b[index]);
  if (at < 0) return a.length - b.length;
  return (a[at]?.codePointAt(0) ?? 0) - (b[at]?.codePointAt(0) ?? -1);
}

/** Empty texts, lists and dictionaries are false in Python. */
export function isTrue({ value }: JinjaValue): boolean {
  if (value instanceof Map) return value.size > 0;
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}

/** What a loop or a filter goes over: items, characters or keys. */
export function itemsOf(source: JinjaValue): readonly JinjaValue[] {
  const { type, value } = source;
  if (isList(source)) return source.value;
  if (typeof value === 'string') return Array.from(value, jinja.text);
  if (isDictionary(source) && type !== 'NamespaceValue')
    return Array.from(source.value.keys(), jinja.text);
  if (type === 'UndefinedValue') return [];
  throw new Error(`a loop over ${type} is not possible`);
}
