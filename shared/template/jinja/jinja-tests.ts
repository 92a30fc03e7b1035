import { isDictionary, isList, type JinjaValue } from './jinja-values.ts';
import { isEqual, isNumber, isTrue, pythonOperation } from './python-operations.ts';
import { pythonStr } from './python-text.ts';

/** A test of a template: `value is NAME(argument)`. */
type Test = (value: JinjaValue, argument: JinjaValue) => boolean;

const operation =
  (operator: string): Test =>
  (value, argument) => {
    const result = pythonOperation(operator, value, argument);
    return result !== undefined && isTrue(result);
  };

const isWhole: Test = ({ type }) => type === 'IntegerValue';
const isUndefined: Test = ({ type }) => type === 'UndefinedValue';
const isMapping: Test = (value) => isDictionary(value) && value.type !== 'NamespaceValue';
/** Python goes over an undefined value, too: over nothing. */
const isSequence: Test = (value, argument) =>
  typeof value.value === 'string' ||
  isList(value) ||
  isMapping(value, argument) ||
  isUndefined(value, argument);

function remainder(value: JinjaValue, divisor: number): number {
  if (!isNumber(value)) throw new Error(`${pythonStr(value)} is no number to divide`);
  return Math.abs(Number(value.value)) % divisor;
}

const isCased = (value: JinjaValue, change: (text: string) => string) => {
  const text = pythonStr(value);
  return change(text) === text && text.toLowerCase() !== text.toUpperCase();
};

const operators: Readonly<Record<string, string>> = {
  eq: '==',
  equalto: '==',
  ne: '!=',
  lt: '<',
  lessthan: '<',
  le: '<=',
  gt: '>',
  greaterthan: '>',
  ge: '>=',
  in: 'in',
};
const comparisons = ['==', '!=', '<', '<=', '>', '>='].map((name) => [name, name] as const);

const tests: ReadonlyMap<string, Test> = new Map<string, Test>([
  ...[...Object.entries(operators), ...comparisons].map(([name, operator]): [string, Test] => [
    name,
    operation(operator),
  ]),
  ['odd', (value) => remainder(value, 2) === 1],
  ['even', (value) => remainder(value, 2) === 0],
  ['divisibleby', (value, argument) => remainder(value, Number(argument.value)) === 0],
  ['defined', (value, argument) => !isUndefined(value, argument)],
  ['undefined', isUndefined],
  ['none', ({ type }) => type === 'NullValue'],
  ['boolean', ({ value }) => typeof value === 'boolean'],
  ['true', ({ value }) => value === true],
  ['false', ({ value }) => value === false],
  ['integer', isWhole],
  ['float', ({ type }) => type === 'FloatValue'],
  ['number', isNumber],
  ['string', ({ value }) => typeof value === 'string'],
  ['mapping', isMapping],
  ['sequence', isSequence],
  ['iterable', isSequence],
  // An undefined value can be called in Python, and fails when it is.
  ['callable', ({ type }) => type === 'FunctionValue' || type === 'UndefinedValue'],
  ['lower', (value) => isCased(value, (text) => text.toLowerCase())],
  ['upper', (value) => isCased(value, (text) => text.toUpperCase())],
  ['sameas', (value, argument) => value.type === argument.type && isEqual(value, argument)],
]);

/** The test of this name; throws for one that Jinja does not have. */
export function testNamed(name: string): Test {
  const test = tests.get(name);
  if (!test) throw new Error(`no test is named ${name}`);
  return test;
}
