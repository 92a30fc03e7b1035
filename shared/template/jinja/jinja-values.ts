import { Environment, Interpreter } from '@huggingface/jinja';
import type { PrintableValue } from './python-text.ts';

/** Makes a value of one type. */
type ValueClass = (new (value?: unknown) => JinjaValue) & { prototype: object };

/** A value of a running template; the library exports no classes of its values. */
export interface JinjaValue extends PrintableValue {
  constructor: ValueClass;
  builtins: ReadonlyMap<string, JinjaValue>;
}

/** What a template calls: keyword arguments come last, as one value of type `KeywordArgumentsValue`. */
export type JinjaFunction = (values: JinjaValue[], scope: JinjaScope) => JinjaValue;

/** The variables that a statement sees. */
export interface JinjaScope {
  /** Those of this scope alone. */
  variables: ReadonlyMap<string, JinjaValue>;
  set(name: string, value: unknown): JinjaValue;
  setVariable(name: string, value: JinjaValue): JinjaValue;
  lookupVariable(name: string): JinjaValue;
}

/** A node of a parsed template, with the fields of the types that are told apart here. */
export interface JinjaNode {
  type: string;
  /** Name of an identifier, value of a literal, parts of a tuple. */
  value?: unknown;
  /** A value that was computed already; `type` is `Given`. */
  given?: JinjaValue;
  operator?: { value: string };
  left?: JinjaNode;
  right?: JinjaNode;
  object?: JinjaNode;
  property?: JinjaNode;
  computed?: boolean;
  callee?: JinjaNode;
  args?: JinjaNode[];
  iterable?: JinjaNode;
  lhs?: JinjaNode;
  operand?: JinjaNode;
  filter?: JinjaNode;
  negate?: boolean;
  assignee?: JinjaNode;
  name?: JinjaNode;
  test?: JinjaNode;
  loopvar?: JinjaNode;
  body?: JinjaNode[];
  defaultBlock?: JinjaNode[];
  alternate?: JinjaNode[];
}

/** What is used of the library's interpreter; its own declarations do not resolve under nodenext. */
export interface LibraryInterpreter {
  run(program: unknown): JinjaValue;
  evaluate(node: JinjaNode | undefined, scope: JinjaScope): JinjaValue;
  evaluateBinaryExpression(node: JinjaNode, scope: JinjaScope): JinjaValue;
  evaluateMemberExpression(node: JinjaNode, scope: JinjaScope): JinjaValue;
  evaluateArguments(
    nodes: readonly JinjaNode[],
    scope: JinjaScope,
  ): [JinjaValue[], Map<string, JinjaValue>];
  applyFilter(operand: JinjaValue, filter: JinjaNode, scope: JinjaScope): JinjaValue;
  evaluateBlock(nodes: readonly JinjaNode[], scope: JinjaScope): JinjaValue;
  evaluateFor(node: JinjaNode, scope: JinjaScope): JinjaValue;
  evaluateMacro(node: JinjaNode, scope: JinjaScope): JinjaValue;
  evaluateSet(node: JinjaNode, scope: JinjaScope): JinjaValue;
}

/** The library's interpreter, whose parts are methods that ours replaces. */
export const BaseInterpreter: new (environment: unknown) => LibraryInterpreter = Interpreter;

const NewScope: new (parent?: JinjaScope) => JinjaScope = Environment;

/** Variables within those of `parent`. */
export const scopeIn = (parent?: JinjaScope): JinjaScope => new NewScope(parent);

function classOf(node: JinjaNode): ValueClass {
  const value = new BaseInterpreter(scopeIn()).evaluate(node, scopeIn());
  return value.constructor;
}

const Text = classOf({ type: 'StringLiteral', value: '' });
const Integer = classOf({ type: 'IntegerLiteral', value: 0 });
const Float = classOf({ type: 'FloatLiteral', value: 0.5 });
const List = classOf({ type: 'ArrayLiteral', value: [] });
const Tuple = classOf({ type: 'TupleLiteral', value: [] });
const Dictionary = classOf({ type: 'ObjectLiteral', value: new Map() });
const Callable = scopeIn().set('f', () => null).constructor;
const Truth = scopeIn().set('b', true).constructor;
const None = scopeIn().set('n', null).constructor;
const Undefined = scopeIn().lookupVariable('nothing').constructor;

/** Makes values as the library does. */
export const jinja = {
  text: (value: string): JinjaValue => new Text(value),
  integer: (value: number): JinjaValue => new Integer(value),
  float: (value: number): JinjaValue => new Float(value),
  list: (value: readonly JinjaValue[]): JinjaValue => new List(value),
  tuple: (value: readonly JinjaValue[]): JinjaValue => new Tuple(value),
  dictionary: (value: ReadonlyMap<string, JinjaValue>): JinjaValue => new Dictionary(value),
  callable: (value: JinjaFunction): JinjaValue => new Callable(value),
  truth: (value: boolean): JinjaValue => new Truth(value),
  none: (): JinjaValue => new None(null),
  undefined: (): JinjaValue => new Undefined(),
  /** Named arguments, the last of those that a function is called with. */
  named: (value: ReadonlyMap<string, JinjaValue>): JinjaValue =>
    Object.assign(new Dictionary(value), { type: 'KeywordArgumentsValue' }),
};

/** Gives texts, dictionaries and lists other methods than those of the library, for all templates. */
export function replaceMethods(methodsOf: {
  text: (text: string) => Map<string, JinjaValue>;
  dictionary: (entries: Map<string, JinjaValue>) => Map<string, JinjaValue>;
  list: (items: JinjaValue[]) => Map<string, JinjaValue>;
}): void {
  replaceOf(Text, (value) => methodsOf.text(String(value.value)));
  replaceOf(Dictionary, (value) => methodsOf.dictionary(isDictionary(value) ? value.value : none));
  replaceOf(List, (value) => methodsOf.list(isList(value) ? value.value : []));
}

const none = new Map<string, JinjaValue>();

function replaceOf(Value: ValueClass, methodsOf: (value: JinjaValue) => Map<string, JinjaValue>) {
  const known = new WeakMap<object, Map<string, JinjaValue>>();
  Object.defineProperty(Value.prototype, 'builtins', {
    configurable: true,
    get(this: JinjaValue) {
      const methods = known.get(this) ?? methodsOf(this);
      known.set(this, methods);
      return methods;
    },
  });
}

/** Positional arguments of a call, and those that were named. */
export function argumentsOf(values: readonly JinjaValue[]): {
  positional: JinjaValue[];
  named: ReadonlyMap<string, JinjaValue>;
} {
  const last = values.at(-1);
  if (last?.type !== 'KeywordArgumentsValue') return { positional: [...values], named: new Map() };
  const named = isDictionary(last) ? last.value : new Map<string, JinjaValue>();
  return { positional: values.slice(0, -1), named };
}

/** Whether a value is a list or tuple. */
export const isList = <Value extends PrintableValue>(
  value: Value | undefined,
): value is Value & { value: JinjaValue[] } => Array.isArray(value?.value);

/** Whether a value maps names to values. */
export const isDictionary = <Value extends PrintableValue>(
  value: Value | undefined,
): value is Value & { value: Map<string, JinjaValue> } => value?.value instanceof Map;
