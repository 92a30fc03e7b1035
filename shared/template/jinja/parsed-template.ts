import { parse, tokenize } from '@huggingface/jinja';
import { librarySource } from './jinja-source.ts';
import type { JinjaNode } from './jinja-values.ts';
import { isTag, rewriteTokens, type Token } from './token-rewrites.ts';

/** Where something stands in a template: the line, from 1, and the tag that begins there. */
export interface TemplatePlace {
  line: number;
  tag: string;
}

/** A parsed template, which knows where its statements stand. */
export interface ParsedTemplate {
  program: unknown;
  placeOf(node: JinjaNode | undefined): TemplatePlace | undefined;
}

/** A template that does not parse, and where. */
export class JinjaSyntaxError extends Error {
  readonly place: TemplatePlace | undefined;
  constructor(reason: unknown, place: TemplatePlace | undefined) {
    // The parser asks for a token behind the last one.
    super(reason instanceof TypeError ? endsEarly : messageOf(reason), { cause: reason });
    this.place = place;
  }
}

function messageOf(reason: unknown): string {
  if (reason instanceof RangeError) return tooDeep;
  const words = reason instanceof Error ? reason.message : String(reason);
  const [, found = '', wanted = ''] = /(\w+) !== (\w+)\.$/.exec(words) ?? [];
  return wanted === '' ? words : `${nameOf(wanted)} is expected, and ${nameOf(found)} found`;
}

/** The library's names of tokens, as they stand in a template. */
const tokenNames: Readonly<Record<string, string>> = {
  CloseExpression: '}}',
  CloseStatement: '%}',
  OpenStatement: '{%',
  OpenExpression: '{{',
  CloseCurlyBracket: '}',
  CloseParen: ')',
  OpenParen: '(',
  Colon: ':',
  Identifier: 'a name',
  StringLiteral: 'a text',
  NumericLiteral: 'a number',
};
const nameOf = (token: string) => tokenNames[token] ?? token;

const tooDeep = 'its brackets or blocks are nested too deeply';
const endsEarly = 'it ends before a tag or a block is closed';

/** Parses a template as `apply_chat_template` does. Throws `JinjaSyntaxError`. */
export function parseJinja(original: string): ParsedTemplate {
  // Jinja reads every line break as this one, also within the texts of a tag.
  const template = original.replaceAll(/\r\n?/g, '\n');
  const source = librarySource(template);
  const { tokens, tags } = rewriteTokens(tokensOf(template, source.text, source.tags), source.tags);
  let program: unknown;
  try {
    program = parse(tokens);
  } catch (error) {
    throw new JinjaSyntaxError(
      error,
      placeAt(template, tags[Math.min(failedTag(tokens), tags.length - 1)] ?? 0),
    );
  }
  let offsets: WeakMap<object, number> | undefined;
  const placeOf = (node: JinjaNode | undefined) => {
    offsets ??= statementOffsets(program, tokens, tags);
    return node && placeAt(template, offsets.get(node));
  };
  return { program, placeOf };
}

/** The tokens of a template; what cannot be one stands in the first tag with which it fails. */
function tokensOf(template: string, text: string, tags: readonly number[]): Token[] {
  try {
    return tokenize(text);
  } catch (error) {
    let [from, to] = [0, tags.length - 1];
    while (from < to) {
      const middle = Math.floor((from + to) / 2);
      if (hasTokens(template.slice(0, tags[middle + 1]))) from = middle + 1;
      else to = middle;
    }
    throw new JinjaSyntaxError(error, placeAt(template, tags[to] ?? 0));
  }
}

function hasTokens(template: string): boolean {
  try {
    tokenize(librarySource(template).text);
    return true;
  } catch {
    return false;
  }
}

/** Which tag the parser was at: it reads the tokens in order, and the last that it read is wrong. */
function failedTag(tokens: readonly Token[]): number {
  let last = 0;
  const watched = new Proxy([...tokens], {
    get: (target, key, receiver) => {
      if (typeof key === 'string' && /^\d+$/.test(key)) last = Number(key);
      return Reflect.get(target, key, receiver);
    },
  });
  try {
    parse(watched);
  } catch {
    // It fails as before: where is what was asked.
  }
  return tokens.slice(0, last + 1).filter(isTag).length - 1;
}

const shownCharacters = 60;

function placeAt(template: string, offset: number | undefined): TemplatePlace | undefined {
  if (offset === undefined) return undefined;
  const line = template.slice(0, offset).split('\n').length;
  const end = template.slice(offset, offset + 400).search(/[%#}]\}/);
  const tag = template
    .slice(offset, end < 0 ? offset + shownCharacters + 1 : offset + end + 2)
    .replaceAll(/\s+/g, ' ');
  const shown = tag.length > shownCharacters ? `${tag.slice(0, shownCharacters)}…` : tag;
  return { line, tag: shown };
}

/** What stands between two tags, or a tag: in the order of the nodes that the parser makes. */
interface Unit {
  offset: number | undefined;
  /** The first word of a statement; empty for text, comments and expressions. */
  word: string;
}

/** Where each node of a body stands, found by walking through nodes and tags side by side. */
function statementOffsets(
  program: unknown,
  tokens: readonly Token[],
  tags: readonly number[],
): WeakMap<object, number> {
  const units = unitsOf(tokens, tags);
  const offsets = new WeakMap<object, number>();
  let next = 0;
  const block = (nodes: readonly JinjaNode[] = []): void => {
    for (const node of nodes) {
      const unit = units[next++];
      if (unit?.offset !== undefined) offsets.set(node, unit.offset);
      statement(node, unit?.word ?? '');
    }
  };
  const statement = (node: JinjaNode, word: string): void => {
    if (word === 'if' || word === 'elif') {
      block(node.body);
      const following = units[next]?.word;
      if (following === 'elif') block(node.alternate);
      else if (following === 'else') {
        next += 1;
        block(node.alternate);
      }
      if (word === 'if') next += 1;
    } else if (word === 'for') {
      block(node.body);
      if (units[next]?.word === 'else') {
        next += 1;
        block(node.defaultBlock);
      }
      next += 1;
    } else if (hasBody(node, word)) {
      block(node.body);
      next += 1;
    }
  };
  block(isProgram(program) ? program.body : []);
  return offsets;
}

const hasBody = (node: JinjaNode, word: string) =>
  word === 'macro' || word === 'call' || word === 'filter' || (word === 'set' && !node.value);

const isProgram = (program: unknown): program is JinjaNode =>
  typeof program === 'object' && program !== null && 'body' in program;

function unitsOf(tokens: readonly Token[], tags: readonly number[]): Unit[] {
  let tag = -1;
  return tokens.flatMap((token, index): Unit[] => {
    if (token.type === 'Text') return [{ offset: undefined, word: '' }];
    if (!isTag(token)) return [];
    tag += 1;
    const word = token.type === 'OpenStatement' ? (tokens[index + 1]?.value ?? '') : '';
    return [{ offset: tags[tag], word }];
  });
}
