/** A token of the library's lexer. */
export interface Token {
  type: string;
  value: string;
}

/** Loop variable of what stands for a `with` block; no template can name it. */
export const withVariable = 'with ';

/** Stands in a tuple for nothing: the library knows no tuples of no or one item. */
export const tupleEnd = 'end of tuple ';

const word = (value: string): Token => ({ type: 'Identifier', value });
const openTag: Token = { type: 'OpenStatement', value: '{%' };
const closeTag: Token = { type: 'CloseStatement', value: '%}' };
const one: Token[] = [
  { type: 'OpenSquareBracket', value: '[' },
  { type: 'NumericLiteral', value: '0' },
  { type: 'CloseSquareBracket', value: ']' },
];

/**
 * Rewrites what the library's parser does not know into what it does: tests with an argument become
 * filters (`x is not divisibleby(3)`: `x | is not divisibleby(3)`, one name), and a `with` block a
 * loop over one item that begins with its settings, and short tuples longer ones. `tags` says where each tag comes from.
 */
export function rewriteTokens(
  tokens: readonly Token[],
  tags: readonly number[],
): { tokens: Token[]; tags: number[] } {
  const written: Token[] = [];
  const places: number[] = [];
  /** Whether each open parenthesis is that of a call. */
  const calls: boolean[] = [];
  let tag = -1;
  for (let at = 0; at < tokens.length; at += 1) {
    const token = tokens[at];
    if (!token) break;
    // A tag that is not closed may hold marks that look like others.
    if (isTag(token)) places.push(tags[Math.min((tag += 1), tags.length - 1)] ?? 0);
    const next = tokens[at + 1];
    if (token.type === 'OpenStatement' && next?.value === 'with') {
      const settings = settingsOf(tokens, at + 2);
      const loop = [openTag, word('for'), word(withVariable), word('in'), ...one, closeTag];
      // One by one: as arguments of one call they would have no room on the stack.
      for (const each of [loop, settings.written].flat()) written.push(each);
      if (settings.written.length > 0) places.push(places.at(-1) ?? 0);
      at = settings.end;
    } else if (token.type === 'OpenStatement' && next?.value === 'endwith') {
      written.push(token, word('endfor'));
      at += 1;
    } else {
      if (token.type === 'OpenParen') calls.push(isCallee(tokens[at - 1]));
      if (token.type === 'CloseParen' && calls.pop() === false)
        for (const each of endOfTuple(tokens[at - 1])) written.push(each);
      const test = testAt(tokens, at);
      for (const each of test?.written ?? [token]) written.push(each);
      at += test ? test.length - 1 : 0;
    }
  }
  return { tokens: written, tags: places };
}

/** Whether a token opens a tag. */
export const isTag = ({ type }: Token): boolean =>
  type === 'OpenStatement' || type === 'OpenExpression' || type === 'Comment';

/** `a = 1, b = 2 %}` as a tag that sets them; `end` is the place of the closing token. */
function settingsOf(tokens: readonly Token[], start: number) {
  const parts: Token[][] = [[]];
  let depth = 0;
  let end = start;
  for (; end < tokens.length && tokens[end]?.type !== 'CloseStatement'; end += 1) {
    const token = tokens[end];
    if (!token) break;
    if (token.type.startsWith('Open')) depth += 1;
    if (token.type.startsWith('Close')) depth -= 1;
    if (token.type === 'Comma' && depth === 0) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  const settings = parts
    .filter((part) => part.length > 0)
    .map((part) => rewriteTokens(part, []).tokens);
  if (settings.length === 0) return { written: [], end };
  // At once, because no setting sees the others: `with a = 1, b = a`.
  const targets = settings.flatMap(([name = comma], index) => (index > 0 ? [comma, name] : [name]));
  const values = settings.flatMap((part, index) => [
    ...(index > 0 ? [comma] : []),
    open,
    ...part.slice(2),
    close,
  ]);
  const equals: Token = { type: 'Equals', value: '=' };
  return { written: [openTag, word('set'), ...targets, equals, ...values, closeTag], end };
}

const comma: Token = { type: 'Comma', value: ',' };

/** Words in front of a parenthesis that is not that of a call. */
const operatorWords = new Set('and or not in if elif else is set for filter'.split(' '));

const isCallee = (token: Token | undefined): boolean =>
  token?.type === 'Identifier'
    ? !operatorWords.has(token.value)
    : token?.type === 'CloseParen' || token?.type === 'CloseSquareBracket';

/** What stands for the missing items of a tuple like `()` or `(1,)`, by the token in front. */
function endOfTuple(before: Token | undefined): Token[] {
  if (before?.type === 'OpenParen') return [word(tupleEnd), comma, word(tupleEnd)];
  return before?.type === 'Comma' ? [word(tupleEnd)] : [];
}

const notArguments = new Set(['and', 'or', 'else', 'is', 'not', 'if', 'in']);

function testAt(tokens: readonly Token[], at: number) {
  const value = (offset: number) => tokens[at + offset]?.value ?? '';
  const isTest = tokens[at]?.type === 'Identifier' && tokens[at - 1]?.type !== 'Dot';
  if (!isTest || value(0) !== 'is') return undefined;
  const isNegated = value(1) === 'not';
  const nameAt = isNegated ? 2 : 1;
  const argument = tokens[at + nameAt + 1];
  if (tokens[at + nameAt]?.type !== 'Identifier' || !argument) return undefined;
  const name = word(`is ${isNegated ? 'not ' : ''}${value(nameAt)}`);
  const start = [{ type: 'Pipe', value: '|' }, name];
  if (argument.type === 'OpenParen') return { written: start, length: nameAt + 1 };
  if (argument.type === 'OpenSquareBracket') {
    const end = listEnd(tokens, at + nameAt + 1);
    const list = tokens.slice(at + nameAt + 1, end + 1);
    return { written: [...start, open, ...list, close], length: end - at + 1 };
  }
  const isWord = argument.type === 'Identifier' && !notArguments.has(argument.value);
  if (!isWord && !/^(?:Numeric|String)Literal$/.test(argument.type)) return undefined;
  return { written: [...start, open, argument, close], length: nameAt + 2 };
}

const open: Token = { type: 'OpenParen', value: '(' };
const close: Token = { type: 'CloseParen', value: ')' };

/** The place of the bracket that closes the one at `start`. */
function listEnd(tokens: readonly Token[], start: number): number {
  let depth = 0;
  for (let at = start; at < tokens.length; at += 1) {
    if (tokens[at]?.type === 'OpenSquareBracket') depth += 1;
    if (tokens[at]?.type === 'CloseSquareBracket') depth -= 1;
    if (depth === 0) return at;
  }
  return tokens.length - 1;
}
