/** A value in an action of a template. */
export type GoExpression =
  | { type: 'constant'; value: string | number | boolean }
  | { type: 'dot'; fields: string[] }
  | { type: 'variable'; name: string; fields: string[] }
  | { type: 'call'; name: string; arguments: GoExpression[] };

/** A part of a template. */
export type GoNode =
  | { type: 'text'; text: string }
  | { type: 'output'; value: GoExpression }
  | { type: 'set'; name: string; isNew: boolean; value: GoExpression }
  | { type: 'if'; condition: GoExpression; body: GoNode[]; otherwise: GoNode[] }
  | { type: 'range'; index: string | undefined; list: GoExpression; body: GoNode[] }
  | { type: 'template'; name: string; value: GoExpression };

/** A parsed template, and those that it defines. */
export interface GoProgram {
  nodes: GoNode[];
  definitions: Map<string, GoNode[]>;
}

type Piece = { text: string } | { tokens: string[] };

/** Parses the part of Go's text/template that we write. Throws for all else. */
export function parseGoTemplate(source: string): GoProgram {
  // Strings of Go are bytes: one character stands for each here.
  const parser = new Parser(piecesOf(Buffer.from(source, 'utf8').toString('latin1')));
  const nodes = parser.list();
  if (parser.ending.length > 0) throw new Error(`unexpected {{${parser.ending.join(' ')}}}`);
  return { nodes, definitions: parser.definitions };
}

const actionToken = /\s*("(?:[^"\\\n]|\\.)*"|\$\w*(?:\.\w+)*|(?:\.\w+)+|\.|\w+|:=|[=(),])/y;
const actionEnd = /(\s-)?\s*\}\}/y;

/** Texts and actions by turns, the white space beside `{{-` and `-}}` taken away. */
function piecesOf(source: string): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  let isTrimmed = false;
  const push = (text: string) => {
    const shown = isTrimmed ? text.replace(/^[ \t\r\n]+/, '') : text;
    if (shown !== '') pieces.push({ text: shown });
  };
  for (;;) {
    const open = source.indexOf('{{', at);
    if (open < 0) break;
    const trimsBefore = /^-\s/.test(source.slice(open + 2, open + 4));
    const text = source.slice(at, open);
    push(trimsBefore ? text.replace(/[ \t\r\n]+$/, '') : text);
    const { tokens, end, trimsAfter } = tokensOf(source, open + (trimsBefore ? 3 : 2));
    pieces.push({ tokens });
    at = end;
    isTrimmed = trimsAfter;
  }
  push(source.slice(at));
  return pieces;
}

function tokensOf(source: string, start: number) {
  const tokens: string[] = [];
  for (let at = start; ;) {
    actionEnd.lastIndex = at;
    const end = actionEnd.exec(source);
    if (end) return { tokens, end: actionEnd.lastIndex, trimsAfter: end[1] !== undefined };
    actionToken.lastIndex = at;
    const [, token] = actionToken.exec(source) ?? [];
    if (token === undefined) throw new Error(`bad action at ${source.slice(start, start + 40)}`);
    tokens.push(token);
    at = actionToken.lastIndex;
  }
}

class Parser {
  readonly definitions = new Map<string, GoNode[]>();
  /** The `end` or `else` that ended the last list; empty at the end of the template. */
  ending: string[] = [];
  readonly #pieces: Piece[];
  #at = 0;

  constructor(pieces: Piece[]) {
    this.#pieces = pieces;
  }

  list(): GoNode[] {
    const nodes: GoNode[] = [];
    for (;;) {
      const piece = this.#pieces[this.#at++];
      this.ending = [];
      if (!piece) return nodes;
      if ('text' in piece) nodes.push({ type: 'text', text: piece.text });
      else if (piece.tokens[0] === 'end' || piece.tokens[0] === 'else') {
        this.ending = piece.tokens;
        return nodes;
      } else nodes.push(...this.#action(piece.tokens));
    }
  }

  #action([first = '', ...rest]: string[]): GoNode[] {
    const [second = '', third = ''] = rest;
    if (first === 'if') return [this.#condition(rest)];
    if (first === 'range') return [this.#range(rest)];
    if (first === 'template')
      return [{ type: 'template', name: unquoted(second), value: expression(rest.slice(1)) }];
    if (first === 'define') {
      this.definitions.set(unquoted(second), this.#closed());
      return [];
    }
    if (first.startsWith('$') && (second === ':=' || second === '='))
      return [
        {
          type: 'set',
          name: first,
          isNew: second === ':=',
          value: expression([third, ...rest.slice(2)]),
        },
      ];
    return [{ type: 'output', value: expression([first, ...rest]) }];
  }

  #condition(tokens: string[]): GoNode {
    const condition = expression(tokens);
    const body = this.list();
    const [ending, next] = this.ending;
    if (ending === 'end') return { type: 'if', condition, body, otherwise: [] };
    if (ending !== 'else') throw new Error('unexpected end of template in an if');
    const otherwise = next === 'if' ? [this.#condition(this.ending.slice(2))] : this.#closed();
    return { type: 'if', condition, body, otherwise };
  }

  #range(tokens: string[]): GoNode {
    const isNamed = tokens[1] === ',' && tokens[3] === ':=';
    const list = expression(isNamed ? tokens.slice(4) : tokens);
    return { type: 'range', index: isNamed ? tokens[0] : undefined, list, body: this.#closed() };
  }

  #closed(): GoNode[] {
    const body = this.list();
    if (this.ending[0] !== 'end') throw new Error('a block is not closed by {{end}}');
    return body;
  }
}

function expression(tokens: string[]): GoExpression {
  const rest = [...tokens];
  const value = command(rest);
  if (rest.length > 0) throw new Error(`unexpected ${rest.join(' ')}`);
  return value;
}

function command(tokens: string[]): GoExpression {
  const name = tokens[0] ?? '';
  if (!/^[a-z]+$/.test(name) || name === 'true' || name === 'false') return operand(tokens);
  tokens.shift();
  const parameters: GoExpression[] = [];
  while (tokens.length > 0 && tokens[0] !== ')') parameters.push(operand(tokens));
  return { type: 'call', name, arguments: parameters };
}

function operand(tokens: string[]): GoExpression {
  const token = tokens.shift() ?? '';
  if (token === '(') {
    const inner = command(tokens);
    if (tokens.shift() !== ')') throw new Error('unclosed parenthesis');
    return inner;
  }
  if (token.startsWith('"')) return { type: 'constant', value: unquoted(token) };
  if (/^\d+$/.test(token)) return { type: 'constant', value: Number(token) };
  if (token === 'true' || token === 'false') return { type: 'constant', value: token === 'true' };
  const [name = '', ...fields] = token.split('.');
  if (token === '.') return { type: 'dot', fields: [] };
  if (token.startsWith('.')) return { type: 'dot', fields };
  if (token.startsWith('$')) return { type: 'variable', name, fields };
  throw new Error(`unexpected ${token}`);
}

const escapes: Record<string, string> = { n: '\n', t: '\t', r: '\r', v: '\v', f: '\f' };

/** The bytes of a string of Go in quotation marks. */
function unquoted(token: string): string {
  if (!token.startsWith('"')) throw new Error(`${token} is no string`);
  return token
    .slice(1, -1)
    .replace(/\\(?:x(..)|u(.{4})|U(.{8})|(.))/g, (_, byte, short, long, plain) => {
      if (plain !== undefined) return escapes[plain] ?? plain;
      if (byte !== undefined) return String.fromCharCode(parseInt(byte, 16));
      const character = String.fromCodePoint(parseInt(short ?? long, 16));
      return Buffer.from(character, 'utf8').toString('latin1');
    });
}
