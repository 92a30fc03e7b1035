import {
  BaseInterpreter,
  isDictionary,
  jinja,
  type JinjaNode,
  type JinjaScope,
  type JinjaValue,
  replaceTextMethods,
  scopeIn,
} from './jinja-values.ts';
import { overNothing, ownFilters } from './own-filters.ts';
import { isTrue, itemsOf, pythonOperation } from './python-operations.ts';
import { pythonStr } from './python-text.ts';
import { withVariable } from './token-rewrites.ts';
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

/**
 * The library's interpreter where it differs from Jinja in Python: values as text, operators on
 * texts, places counted in characters, scopes of loops, what a loop wrote before a `break`.
 */
export class PythonInterpreter extends BaseInterpreter {
  /** The innermost statement that failed, once one did. */
  failedNode: JinjaNode | undefined;

  override evaluate(node: JinjaNode | undefined, scope: JinjaScope): JinjaValue {
    if (node?.given) return node.given;
    if (node?.type === 'ObjectLiteral') return this.#dictionary(node, scope);
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
    if (isDictionary(object) && node.computed && property.type !== 'SliceExpression') {
      const key = this.evaluate(property, scope);
      const name = typeof key.value === 'number' ? jinja.text(String(key.value)) : key;
      return super.evaluateMemberExpression({ ...known, property: givenNode(name) }, scope);
    }
    if (typeof object.value !== 'string' || !node.computed || property.type === 'SliceExpression')
      return super.evaluateMemberExpression(known, scope);
    const index = this.evaluate(property, scope);
    if (typeof index.value !== 'number')
      return super.evaluateMemberExpression({ ...known, property: givenNode(index) }, scope);
    const character = Array.from(object.value).at(index.value);
    return character === undefined ? jinja.undefined() : jinja.text(character);
  }

  /** Numbers are keys, too; a text of the same digits is not told from one. */
  #dictionary({ value }: JinjaNode, scope: JinjaScope): JinjaValue {
    const entries = new Map<string, JinjaValue>();
    if (isNodePairs(value))
      for (const [key, node] of value)
        entries.set(pythonStr(this.evaluate(key, scope)), this.evaluate(node, scope));
    return jinja.dictionary(entries);
  }

  /** `x is not NAME(argument)`, which the parser was given as a filter. */
  #test(name: string, operand: JinjaValue, argument: JinjaValue, scope: JinjaScope): JinjaValue {
    const [, not, test = ''] = /^is (not )?(.*)$/.exec(name) ?? [];
    const given = (operator: string) =>
      this.evaluateBinaryExpression(
        {
          type: 'BinaryExpression',
          operator: { value: operator },
          left: givenNode(operand),
          right: givenNode(argument),
        },
        scope,
      );
    const operator = testOperators[test];
    if (operator === undefined && test !== 'divisibleby' && test !== 'sameas')
      throw new Error(`Unknown test: ${test}`);
    const isSame = () => operand.type === argument.type && isTrue(given('=='));
    const holds =
      test === 'divisibleby'
        ? given('%').value === 0
        : operator === undefined
          ? isSame()
          : isTrue(given(operator));
    return jinja.truth(holds === (not === undefined));
  }

  override applyFilter(operand: JinjaValue, filter: JinjaNode, scope: JinjaScope): JinjaValue {
    const isCall = filter.type === 'CallExpression';
    const name = String((isCall ? filter.callee : filter)?.value);
    if (name.startsWith('is ')) {
      const [[argument = jinja.undefined()]] = this.evaluateArguments(filter.args ?? [], scope);
      return this.#test(name, operand, argument, scope);
    }
    // Jinja goes over nothing where there is nothing: `none | selectattr('x')` is empty.
    if (overNothing.has(name) && !isTrue(operand)) return jinja.list([]);
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
      if (target.value !== withVariable) inner.setVariable('loop', loopAt(items, index));
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

const isNodePairs = (value: unknown): value is Map<JinjaNode, JinjaNode> => value instanceof Map;

/** Tests with an argument that are operators under another name. */
const testOperators: Readonly<Record<string, string>> = {
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
