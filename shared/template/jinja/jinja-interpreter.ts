import {
  BaseInterpreter,
  isDictionary,
  isList,
  jinja,
  type JinjaNode,
  type JinjaScope,
  type JinjaValue,
  replaceTextMethods,
  scopeIn,
} from './jinja-values.ts';
import { percentFormat } from './python-format.ts';
import { pythonOperation } from './python-operations.ts';
import { pythonStr, splitWords, strip } from './python-text.ts';
import { textMethods } from './text-methods.ts';

replaceTextMethods(textMethods);

/** `break` or `continue` on its way to the loop, with what was written until then. */
class LoopControl extends Error {
  readonly kind: string;
  written = '';
  constructor(kind: string) {
    super(`${kind} outside of a loop`);
    this.kind = kind;
  }
}

const nothing: JinjaNode = { type: 'Undefined' };
const givenNode = (given: JinjaValue): JinjaNode => ({ type: 'Given', given });
/** Empty texts, lists and dictionaries are false in Python. */
function isTrue({ value }: JinjaValue): boolean {
  if (value instanceof Map) return value.size > 0;
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}

/**
 * The library's interpreter where it differs from Jinja in Python: values as text, operators on
 * texts, places counted in characters, scopes of loops, what a loop wrote before a `break`.
 */
export class PythonInterpreter extends BaseInterpreter {
  /** The innermost statement that failed, once one did. */
  failedNode: JinjaNode | undefined;

  override evaluate(node: JinjaNode | undefined, scope: JinjaScope): JinjaValue {
    if (node?.given) return node.given;
    if (node?.type === 'Break' || node?.type === 'Continue') throw new LoopControl(node.type);
    return super.evaluate(node, scope);
  }

  override evaluateBlock(nodes: readonly JinjaNode[], scope: JinjaScope): JinjaValue {
    let written = '';
    for (const node of nodes)
      try {
        const value = this.evaluate(node, scope);
        written += isStatement(node) && value.type === 'NullValue' ? '' : pythonStr(value);
      } catch (error) {
        if (error instanceof LoopControl) error.written = written + error.written;
        else this.failedNode ??= node;
        throw error;
      }
    return jinja.text(written);
  }

  override evaluateBinaryExpression(node: JinjaNode, scope: JinjaScope): JinjaValue {
    const operator = node.operator?.value ?? '';
    if (operator === 'and' || operator === 'or') return super.evaluateBinaryExpression(node, scope);
    const left = this.evaluate(node.left, scope);
    const right = this.evaluate(node.right, scope);
    const result = pythonOperation(operator, left, right);
    if (result) return result;
    const known = { ...node, left: givenNode(left), right: givenNode(right) };
    return super.evaluateBinaryExpression(known, scope);
  }

  override evaluateMemberExpression(node: JinjaNode, scope: JinjaScope): JinjaValue {
    const object = this.evaluate(node.object, scope);
    const known = { ...node, object: givenNode(object) };
    const { property = nothing } = node;
    if (typeof object.value !== 'string' || !node.computed || property.type === 'SliceExpression')
      return super.evaluateMemberExpression(known, scope);
    const index = this.evaluate(property, scope);
    if (typeof index.value !== 'number')
      return super.evaluateMemberExpression({ ...known, property: givenNode(index) }, scope);
    const character = Array.from(object.value).at(index.value);
    return character === undefined ? jinja.undefined() : jinja.text(character);
  }

  override applyFilter(operand: JinjaValue, filter: JinjaNode, scope: JinjaScope): JinjaValue {
    const isCall = filter.type === 'CallExpression';
    const name = String((isCall ? filter.callee : filter)?.value);
    const own = ownFilters[name];
    if (!own) return super.applyFilter(operand, filter, scope);
    const [positional, named] = isCall
      ? this.evaluateArguments(filter.args ?? [], scope)
      : [[], new Map()];
    return own(operand, positional, named) ?? super.applyFilter(operand, filter, scope);
  }

  override evaluateFor(node: JinjaNode, scope: JinjaScope): JinjaValue {
    const { iterable: source = nothing, loopvar: target = nothing } = node;
    const isFiltered = source.type === 'SelectExpression';
    const iterable = this.evaluate(isFiltered ? source.lhs : source, scope);
    const all = itemsOf(iterable);
    const items = !isFiltered
      ? all
      : all.filter((item) => {
          const inner = scopeIn(scope);
          assign(inner, target, item);
          return isTrue(this.evaluate(source.test, inner));
        });
    if (items.length === 0) return this.evaluateBlock(node.defaultBlock ?? [], scopeIn(scope));
    let written = '';
    for (const index of items.keys()) {
      // Jinja forgets what an iteration set when the next one begins.
      const inner = scopeIn(scope);
      inner.setVariable('loop', loopAt(items, index));
      assign(inner, target, items[index] ?? jinja.undefined());
      try {
        written += String(this.evaluateBlock(node.body ?? [], inner).value);
      } catch (error) {
        if (!(error instanceof LoopControl)) throw error;
        written += error.written;
        if (error.kind === 'Break') break;
      }
    }
    return jinja.text(written);
  }
}

/** Statements write nothing of their own, while the expression `none` writes `None`. */
const isStatement = ({ type }: JinjaNode) =>
  ['Set', 'Macro', 'Comment', 'If', 'For', 'CallStatement', 'FilterStatement'].includes(type);

function itemsOf(source: JinjaValue): readonly JinjaValue[] {
  const { type, value } = source;
  if (isList(source)) return source.value;
  if (typeof value === 'string') return Array.from(value, jinja.text);
  if (isDictionary(source) && type !== 'NamespaceValue')
    return Array.from(source.value.keys(), jinja.text);
  if (type === 'UndefinedValue') return [];
  throw new Error(`a loop over ${type} is not possible`);
}

function assign(scope: JinjaScope, target: JinjaNode, value: JinjaValue): void {
  if (target.type === 'Identifier') {
    scope.setVariable(String(target.value), value);
    return;
  }
  const names = isNodes(target.value) ? target.value : [];
  const items = itemsOf(value);
  if (names.length !== items.length)
    throw new Error(`Too ${names.length > items.length ? 'few' : 'many'} items to unpack`);
  for (const [index, name] of names.entries())
    assign(scope, name, items[index] ?? jinja.undefined());
}

const isNodes = (value: unknown): value is JinjaNode[] => Array.isArray(value);

function loopAt(items: readonly JinjaValue[], index: number): JinjaValue {
  const left = items.length - index;
  return jinja.dictionary(
    new Map([
      ['index', jinja.integer(index + 1)],
      ['index0', jinja.integer(index)],
      ['revindex', jinja.integer(left)],
      ['revindex0', jinja.integer(left - 1)],
      ['first', jinja.truth(index === 0)],
      ['last', jinja.truth(left === 1)],
      ['length', jinja.integer(items.length)],
      ['previtem', items[index - 1] ?? jinja.undefined()],
      ['nextitem', items[index + 1] ?? jinja.undefined()],
      ['cycle', jinja.callable((values) => values[index % values.length] ?? jinja.undefined())],
    ]),
  );
}

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

/** Filters that the library lacks or does otherwise; undefined leaves it to the library. */
const ownFilters: Record<string, Filter> = {
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
  int: (operand) =>
    operand.type === 'FloatValue' ? jinja.integer(Math.trunc(Number(operand.value))) : undefined,
  map: (operand, [name]) => {
    const method = typeof name?.value === 'string' ? ownFilters[name.value] : undefined;
    if (!method) return undefined;
    return jinja.list(itemsOf(operand).map((item) => method(item, [], new Map()) ?? item));
  },
};
