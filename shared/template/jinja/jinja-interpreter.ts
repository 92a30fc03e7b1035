import {
  BaseInterpreter,
  isDictionary,
  isList,
  jinja,
  type JinjaNode,
  type JinjaScope,
  type JinjaValue,
  replaceMethods,
  scopeIn,
} from './jinja-values.ts';
import { dictionaryMethods, listMethods } from './container-methods.ts';
import { filterNamed } from './jinja-filters.ts';
import { testNamed } from './jinja-tests.ts';
import { isEqual, isTrue, itemsOf, listLike, pythonOperation } from './python-operations.ts';
import { pythonStr } from './python-text.ts';
import { textMethods } from './text-methods.ts';
import { tupleEnd, withVariable } from './token-rewrites.ts';

replaceMethods({ text: textMethods, dictionary: dictionaryMethods, list: listMethods });

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
    if (node?.type === 'TupleLiteral') return this.#tuple(node, scope);
    if (node?.type === 'TestExpression') return this.#plainTest(node, scope);
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
    const { property = nothing } = node;
    if (node.computed && property.type === 'SliceExpression') {
      const isSliced = isList(object) || typeof object.value === 'string';
      // Python finds nothing in other values, and fails for what is undefined alone.
      if (!isSliced && object.type !== 'UndefinedValue') return jinja.undefined();
      const known = { ...node, object: givenNode(object) };
      const part = super.evaluateMemberExpression(known, scope);
      return isList(part) ? listLike(object, part.value) : part;
    }
    const key = node.computed
      ? this.evaluate(property, scope)
      : jinja.text(pythonStr({ type: '', value: property.value }));
    if (object.type === 'UndefinedValue')
      throw new Error(`${shownName(node.object)} is undefined, so it has no ${pythonStr(key)}`);
    return memberOf(object, key, node.computed === true);
  }

  /** Numbers are keys, too; a text of the same digits is not told from one. */
  #dictionary({ value }: JinjaNode, scope: JinjaScope): JinjaValue {
    const entries = new Map<string, JinjaValue>();
    if (isNodePairs(value))
      for (const [key, node] of value)
        entries.set(pythonStr(this.evaluate(key, scope)), this.evaluate(node, scope));
    return jinja.dictionary(entries);
  }

  #tuple({ value }: JinjaNode, scope: JinjaScope): JinjaValue {
    const items = isNodes(value) ? value.filter((item) => item.value !== tupleEnd) : [];
    return jinja.tuple(items.map((item) => this.evaluate(item, scope)));
  }

  #plainTest({ operand, test, negate }: JinjaNode, scope: JinjaScope): JinjaValue {
    const holds = testNamed(String(test?.value))(this.evaluate(operand, scope), jinja.undefined());
    return jinja.truth(holds !== (negate ?? false));
  }

  override applyFilter(operand: JinjaValue, filter: JinjaNode, scope: JinjaScope): JinjaValue {
    const isCall = filter.type === 'CallExpression';
    const name = String((isCall ? filter.callee : filter)?.value);
    const [positional, named] = this.evaluateArguments((isCall && filter.args) || [], scope);
    // `x is not NAME(argument)`, which the parser was given as a filter.
    const [, not, test] = /^is (not )?(.*)$/.exec(name) ?? [];
    if (test === undefined) return filterNamed(name)(operand, { positional, named });
    const holds = testNamed(test)(operand, positional[0] ?? jinja.undefined());
    return jinja.truth(holds === (not === undefined));
  }

  override evaluateSet(node: JinjaNode, scope: JinjaScope): JinjaValue {
    const { assignee = nothing } = node;
    if (assignee.type === 'FilterExpression') {
      const block = this.evaluateBlock(node.body ?? [], scope);
      const filtered = (part: JinjaNode): { target: JinjaNode; value: JinjaValue } => {
        if (!part.operand || !part.filter) return { target: part, value: block };
        const { target, value } = filtered(part.operand);
        return { target, value: this.applyFilter(value, part.filter, scope) };
      };
      const { target, value } = filtered(assignee);
      assign(scope, target, value);
      return jinja.none();
    }
    if (assignee.type !== 'TupleLiteral' || !isNode(node.value))
      return super.evaluateSet(node, scope);
    assign(scope, assignee, this.evaluate(node.value, scope));
    return jinja.none();
  }

  /** A macro sees what stands around it, and not what stands around its caller, but `caller`. */
  override evaluateMacro(node: JinjaNode, scope: JinjaScope): JinjaValue {
    const own = scopeIn(scope);
    const result = super.evaluateMacro(node, own);
    const name = String(node.name?.value);
    const macro = own.lookupVariable(name).value;
    if (typeof macro !== 'function') return result;
    const callable = jinja.callable((values, callScope) => {
      const around = scopeIn(scope);
      const caller = callScope.variables.get('caller');
      if (caller) around.setVariable('caller', caller);
      return macro(values, around);
    });
    scope.setVariable(name, callable);
    return result;
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
    const changed = changeWatch();
    for (const index of items.keys()) {
      // Jinja forgets what an iteration set when the next one begins.
      const inner = scopeIn(scope);
      if (target.value !== withVariable) inner.setVariable('loop', loopAt(items, index, changed));
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

/** What `loop.changed(…)` calls: whether these values are others than at the last call. */
function changeWatch(): JinjaValue {
  let last: JinjaValue | undefined;
  return jinja.callable((values) => {
    const now = jinja.list(values);
    const isChanged = last === undefined || !isEqual(last, now);
    last = now;
    return jinja.truth(isChanged);
  });
}

/** What Python finds behind a dot (methods first), or in brackets (items first). */
function memberOf(object: JinjaValue, key: JinjaValue, isItem: boolean): JinjaValue {
  const { value: name } = key;
  if (typeof name === 'number' || (isList(object) && /^\d+$/.test(String(name)))) {
    const all = isDictionary(object) ? [] : indexable(object);
    const found = all.length > 0 ? all.at(Number(name)) : undefined;
    if (found || !isDictionary(object)) return found ?? jinja.undefined();
  }
  const method = object.builtins.get(pythonStr(key));
  const entry = isDictionary(object) ? object.value.get(pythonStr(key)) : undefined;
  return (isItem ? (entry ?? method) : (method ?? entry)) ?? jinja.undefined();
}

const indexable = (object: JinjaValue): readonly JinjaValue[] =>
  isList(object) || typeof object.value === 'string' ? itemsOf(object) : [];

/** How a template names a value, as far as it can be told in a few words. */
const shownName = (node: JinjaNode | undefined): string => {
  if (node?.type === 'MemberExpression' && !node.computed)
    return `${shownName(node.object)}.${String(node.property?.value)}`;
  return node?.type === 'Identifier' ? String(node.value) : 'what stands there';
};

const isNode = (value: unknown): value is JinjaNode =>
  typeof value === 'object' && value !== null && 'type' in value;

const isNodes = (value: unknown): value is JinjaNode[] => Array.isArray(value);

function loopAt(items: readonly JinjaValue[], index: number, changed: JinjaValue): JinjaValue {
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
      ['depth', jinja.integer(1)],
      ['depth0', jinja.integer(0)],
      ['changed', changed],
      ['cycle', jinja.callable((values) => values[index % values.length] ?? jinja.undefined())],
    ]),
  );
}
