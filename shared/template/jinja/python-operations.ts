import { repeatText } from '../jinja-sandbox.ts';
import { isDictionary, isList, jinja, type JinjaValue } from './jinja-values.ts';
import { percentFormat } from './python-format.ts';
import { pythonRepr, pythonStr } from './python-text.ts';

/** Whether something counts as a number, as truth does in Python. */
export const isNumber = ({ value }: JinjaValue) =>
  typeof value === 'number' || typeof value === 'boolean';

/** An operator where the library lacks it or does otherwise; undefined leaves it to the library. */
export function pythonOperation(
  operator: string,
  left: JinjaValue,
  right: JinjaValue,
): JinjaValue | undefined {
  switch (operator) {
    case '~':
      return jinja.text(pythonStr(left) + pythonStr(right));
    case '==':
      return jinja.truth(isEqual(left, right));
    case '!=':
      return jinja.truth(!isEqual(left, right));
    case 'in':
    case 'not in':
      return jinja.truth(isIn(left, right) === (operator === 'in'));
    case '<':
      return jinja.truth(compare(left, right, operator) < 0);
    case '<=':
      return jinja.truth(compare(left, right, operator) <= 0);
    case '>':
      return jinja.truth(compare(left, right, operator) > 0);
    case '>=':
      return jinja.truth(compare(left, right, operator) >= 0);
    default:
      return arithmetic(operator, left, right) ?? ofSequences(operator, left, right);
  }
}

/** An operator between numbers; `**` is the library's. */
function arithmetic(operator: string, left: JinjaValue, right: JinjaValue): JinjaValue | undefined {
  if (!isNumber(left) || !isNumber(right)) return undefined;
  const [a, b] = [Number(left.value), Number(right.value)];
  const isFloat = left.type === 'FloatValue' || right.type === 'FloatValue';
  const number = isFloat ? jinja.float : jinja.integer;
  if (b === 0 && ['/', '//', '%'].includes(operator)) throw new Error('division or modulo by zero');
  switch (operator) {
    case '+':
      return number(a + b);
    case '-':
      return number(a - b);
    case '*':
      return number(a * b);
    case '/':
      return jinja.float(a / b);
    case '//':
      return number(Math.floor(a / b));
    case '%': {
      const rest = a % b;
      // Python's remainder has the sign of the divisor.
      return number(rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest);
    }
    default:
      return undefined;
  }
}

/** An operator of texts and lists. */
function ofSequences(
  operator: string,
  left: JinjaValue,
  right: JinjaValue,
): JinjaValue | undefined {
  if (operator === '%' && typeof left.value === 'string') return formatted(left.value, right);
  if (operator === '*') return repeated(left, right) ?? repeated(right, left);
  if (operator !== '+' || !isList(left) || !isList(right)) return undefined;
  if (left.type !== right.type) throw new Error('a list and a tuple cannot be added');
  return listLike(left, [...left.value, ...right.value]);
}

/** A list, or a tuple where the model of it is one. */
export const listLike = ({ type }: JinjaValue, items: readonly JinjaValue[]): JinjaValue =>
  type === 'TupleValue' ? jinja.tuple(items) : jinja.list(items);

function formatted(text: string, values: JinjaValue): JinjaValue {
  const isTuple = values.type === 'TupleValue' && isList(values);
  const positional = isTuple ? values.value : [values];
  const named = isDictionary(values) ? values.value : new Map<string, JinjaValue>();
  return jinja.text(percentFormat(text, { positional, named }));
}

/** Whether something is an item of a list, a key, or a part of a text. */
function isIn(item: JinjaValue, whole: JinjaValue): boolean {
  if (isList(whole)) return whole.value.some((one) => isEqual(item, one));
  if (isDictionary(whole) && whole.type !== 'NamespaceValue')
    return item.type !== 'UndefinedValue' && whole.value.has(pythonStr(item));
  if (whole.type === 'UndefinedValue') return false;
  if (typeof whole.value !== 'string') throw new Error(`nothing can be in ${nameOf(whole)}`);
  if (typeof item.value === 'string') return whole.value.includes(item.value);
  throw new Error(`a text cannot hold ${nameOf(item)}`);
}

const nameOf = (value: JinjaValue) => {
  const shown = pythonRepr(value);
  return shown.length > 40 ? `${shown.slice(0, 40)}…` : shown;
};

function repeated({ type, value }: JinjaValue, times: JinjaValue): JinjaValue | undefined {
  if (times.type !== 'IntegerValue' && times.type !== 'BooleanValue') return undefined;
  const count = Math.max(0, Number(times.value));
  if (typeof value === 'string') return jinja.text(repeatText(value, count));
  if (!Array.isArray(value)) return undefined;
  const places = repeatText(' '.repeat(value.length), count);
  const items = Array.from(places, (_, index) => value[index % value.length]);
  return type === 'TupleValue' ? jinja.tuple(items) : jinja.list(items);
}

/** Python's `==`. */
export function isEqual(left: JinjaValue, right: JinjaValue): boolean {
  const [a, b] = [left.value, right.value];
  if ((left.type === 'TupleValue') !== (right.type === 'TupleValue')) return false;
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

/** Less than, equal to or greater than 0, as Python orders numbers, texts and lists. */
export function compare(left: JinjaValue, right: JinjaValue, operator = '<'): number {
  if (isNumber(left) && isNumber(right)) return Number(left.value) - Number(right.value);
  if (typeof left.value === 'string' && typeof right.value === 'string')
    return compareCharacters(left.value, right.value);
  if (!isList(left) || !isList(right) || left.type !== right.type)
    throw new Error(`${nameOf(left)} ${operator} ${nameOf(right)} compares two kinds of values`);
  const { value: others } = right;
  const at = left.value.findIndex((item, index) => !others[index] || !isEqual(item, others[index]));
  const [a, b] = [left.value[at], others[at]];
  return a && b ? compare(a, b, operator) : left.value.length - others.length;
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
