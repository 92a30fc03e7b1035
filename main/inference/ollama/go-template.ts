import type { GoExpression, GoNode, GoProgram } from './go-parser.ts';

/** A message as a template of Ollama sees it. */
export interface OllamaMessage {
  role: 'system' | 'user' | 'assistant';
  content: string;
  /** What Ollama keeps apart for templates that ask for it. */
  thinking?: string;
}

/** Strings are held as Go holds them, one character for each byte of UTF-8. */
type GoValue = string | number | boolean | undefined | GoValue[] | { [field: string]: GoValue };

interface Scope {
  variables: Map<string, GoValue>;
  parent: Scope | undefined;
}

/**
 * What Ollama writes for a conversation: Go's text/template, as far as our templates use it, over
 * `.Messages` and the `.System` that Ollama joins of them. Throws where Go would stop.
 */
export function runGoTemplate(
  { nodes, definitions }: GoProgram,
  messages: readonly OllamaMessage[],
): string {
  const system = messages.filter(({ role }) => role === 'system').map(({ content }) => content);
  const data: GoValue = {
    System: toBytes(system.join('\n\n')),
    Messages: messages.map(({ role, content, thinking = '' }) => ({
      Role: role,
      Content: toBytes(content),
      Thinking: toBytes(thinking),
    })),
  };
  const written: string[] = [];
  new Execution(definitions, written).run(nodes, data, newScope(data));
  return Buffer.from(written.join(''), 'latin1').toString('utf8');
}

const toBytes = (text: string) => Buffer.from(text, 'utf8').toString('latin1');

const newScope = (data: GoValue, parent?: Scope): Scope => ({
  variables: new Map(parent ? [] : [['$', data]]),
  parent,
});

class Execution {
  readonly #definitions: ReadonlyMap<string, readonly GoNode[]>;
  readonly #written: string[];

  constructor(definitions: ReadonlyMap<string, readonly GoNode[]>, written: string[]) {
    this.#definitions = definitions;
    this.#written = written;
  }

  run(nodes: readonly GoNode[], dot: GoValue, scope: Scope): void {
    for (const node of nodes) this.#execute(node, dot, scope);
  }

  #execute(node: GoNode, dot: GoValue, scope: Scope): void {
    switch (node.type) {
      case 'text':
        this.#written.push(node.text);
        return;
      case 'output':
        this.#written.push(printed(evaluate(node.value, dot, scope)));
        return;
      case 'set':
        setVariable(scope, node, evaluate(node.value, dot, scope));
        return;
      case 'if': {
        const isTrue = isTruth(evaluate(node.condition, dot, scope));
        this.run(isTrue ? node.body : node.otherwise, dot, newScope(dot, scope));
        return;
      }
      case 'range':
        for (const [index, item] of listOf(evaluate(node.list, dot, scope)).entries()) {
          const inner = newScope(item, scope);
          if (node.index !== undefined) inner.variables.set(node.index, index);
          this.run(node.body, item, inner);
        }
        return;
      case 'template': {
        const body = this.#definitions.get(node.name);
        if (!body) throw new Error(`template "${node.name}" not defined`);
        const value = evaluate(node.value, dot, scope);
        this.run(body, value, newScope(value));
        return;
      }
    }
  }
}

function setVariable(
  scope: Scope,
  { name, isNew }: { name: string; isNew: boolean },
  value: GoValue,
): void {
  const owner = isNew ? scope : ownerOf(scope, name);
  owner.variables.set(name, value);
}

function ownerOf(scope: Scope, name: string): Scope {
  for (let one: Scope | undefined = scope; one; one = one.parent)
    if (one.variables.has(name)) return one;
  throw new Error(`undefined variable ${name}`);
}

function evaluate(expression: GoExpression, dot: GoValue, scope: Scope): GoValue {
  if (expression.type === 'constant') return expression.value;
  if (expression.type === 'dot') return fieldOf(dot, expression.fields);
  const { name } = expression;
  if (expression.type === 'variable')
    return fieldOf(ownerOf(scope, name).variables.get(name), expression.fields);
  return call(name, expression.arguments, (one) => evaluate(one, dot, scope));
}

function printed(value: GoValue): string {
  if (value === undefined || typeof value === 'object') throw new Error('no text to print');
  return String(value);
}

function fieldOf(value: GoValue, fields: readonly string[]): GoValue {
  let found = value;
  for (const field of fields) {
    if (typeof found !== 'object' || Array.isArray(found) || !(field in found))
      throw new Error(`no field ${field}`);
    found = found[field];
  }
  return found;
}

/** `and` and `or` look at their arguments one after the other, the others at all of them. */
function call(
  name: string,
  parameters: readonly GoExpression[],
  valueOf: (one: GoExpression) => GoValue,
): GoValue {
  if (name === 'and' || name === 'or') {
    const [first, ...others] = parameters;
    if (!first) throw new Error(`wrong number of arguments for ${name}`);
    const value = valueOf(first);
    const isDecided = others.length === 0 || isTruth(value) === (name === 'or');
    return isDecided ? value : call(name, others, valueOf);
  }
  const found = functions[name];
  if (!found) throw new Error(`function "${name}" not defined`);
  return found(...parameters.map(valueOf));
}

const functions: Record<string, ((...values: GoValue[]) => GoValue) | undefined> = {
  not: (value) => !isTruth(value),
  eq: (value, ...others) => others.some((other) => basic(value) === basic(other)),
  ne: (value, other) => basic(value) !== basic(other),
  le: (value, other) => numberOf(value) <= numberOf(other),
  gt: (value, other) => numberOf(value) > numberOf(other),
  ge: (value, other) => numberOf(value) >= numberOf(other),
  len: (value) => sized(value).length,
  slice: (value, from = 0, to = sized(value).length) => {
    const [start, end] = [numberOf(from), numberOf(to)];
    if (start > end || end > sized(value).length) throw new Error(`index out of range: ${end}`);
    return sized(value).slice(start, end);
  },
};

function basic(value: GoValue): string | number | boolean {
  if (value === undefined || typeof value === 'object')
    throw new Error('invalid type for comparison');
  return value;
}

function numberOf(value: GoValue): number {
  if (typeof value !== 'number') throw new Error('incompatible types for comparison');
  return value;
}

function sized(value: GoValue): string | GoValue[] {
  if (typeof value !== 'string' && !Array.isArray(value)) throw new Error('len of no list or text');
  return value;
}

function listOf(value: GoValue): GoValue[] {
  if (!Array.isArray(value)) throw new Error('range over no list');
  return value;
}

const isTruth = (value: GoValue): boolean => (Array.isArray(value) ? value.length > 0 : !!value);
