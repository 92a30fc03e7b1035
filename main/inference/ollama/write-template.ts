import type { Decision } from './decision-tree.ts';
import type { TakenSystem, Written } from './probe-template.ts';
import type { ThinkingForm } from './probe-thinking.ts';
import { stripDefinitions, stripName } from './strip-definitions.ts';

/** A text that is written as it is, or an action of Go's template language. */
type Token = { text: string } | { action: string };

/** What is written for each part of a turn. */
export interface TemplateParts {
  beforeQuestion: Decision;
  question: Decision;
  afterQuestion: Decision;
  answer: Decision;
  /** In front of an answer with which a conversation begins; without it such an answer is left out. */
  beforeAnswer: Decision | undefined;
  takesSystem: TakenSystem;
  thinking: ThinkingForm | undefined;
}

/** The Go template of Ollama that writes a conversation turn by turn. */
export function writeTemplate(parts: TemplateParts): string {
  const definitions: Definitions = new Map();
  const body = turnTokens(parts, definitions);
  return layOut([...actions(...[...definitions.values()].flat()), ...body]);
}

/** The actions that define the templates which the rest calls, by name. */
type Definitions = Map<string, string[]>;

function turnTokens(parts: TemplateParts, definitions: Definitions): Token[] {
  const say = (decision: Decision) => decisionTokens(decision, definitions);
  const { beforeAnswer, thinking } = parts;
  const after = say(parts.afterQuestion);
  const spoken = [...(thinking ? thoughtBefore(thinking) : []), ...say(parts.answer)];
  const answer = beforeAnswer
    ? [...condition('$isFirst', say(beforeAnswer)), ...spoken, ...actions('$isFirst = false')]
    : condition('not $isFirst', spoken);
  return [
    ...preambleTokens(parts),
    ...actions('$isFirst := true', 'range $i, $_ := .Messages'),
    ...actions('$left := len (slice $.Messages $i)', 'if eq .Role "user"'),
    ...say(parts.beforeQuestion),
    ...say(parts.question),
    ...(thinking ? thoughtAfter(thinking, after) : after),
    ...actions('$isFirst = false', 'else if eq .Role "assistant"'),
    ...answer,
    ...actions('end', 'end'),
  ];
}

/**
 * Looks at all messages first: whether there is a system message, even an empty one, and whether a
 * chat goes on with an answer that was thought out. A system message that is not taken stops Ollama.
 */
function preambleTokens({ takesSystem, thinking, ...decisions }: TemplateParts): Token[] {
  const usesSystem = JSON.stringify(decisions).includes('$system');
  const system = [...systemCheck(takesSystem), ...(usesSystem ? actions('$system = true') : [])];
  const looked = [
    ...condition('eq .Role "system"', system),
    ...(thinking ? actions('$thinking = .Thinking') : []),
  ];
  if (looked.length === 0) return [];
  return [
    ...(usesSystem ? actions('$system := false') : []),
    ...(thinking ? actions('$thinking := ""') : []),
    ...actions('range .Messages'),
    ...looked,
    ...actions('end'),
  ];
}

/** Go says the reason as the name of a template that it does not find. */
function systemCheck(takesSystem: TakenSystem): Token[] {
  if (takesSystem === 'any') return [];
  const isFilled = takesSystem === 'filled';
  const refusal =
    'This model was trained with a chat template that takes no ' +
    `${isFilled ? 'empty ' : ''}system message: send none.`;
  const stop = actions(`template ${goString(refusal)} .`);
  if (takesSystem === 'none') return stop;
  return condition(isFilled ? 'not .Content' : '.Content', stop);
}

const thoughtAfter = ({ before }: ThinkingForm, after: Token[]): Token[] => [
  ...actions('if and $thinking (eq $left 2)'),
  ...textTokens(before),
  ...actions('else'),
  ...after,
  ...actions('end'),
];

/** Ollama finds the tags of thinking by the texts around `.Thinking`. */
const thoughtBefore = ({ open, close, left }: ThinkingForm): Token[] => [
  ...condition('and .Thinking (eq $left 1)', [
    ...textTokens(open),
    ...actions('.Thinking'),
    ...textTokens(close),
  ]),
  ...condition('and .Thinking (ne $left 1)', textTokens(left)),
];

const actions = (...sources: string[]): Token[] => sources.map((action) => ({ action }));

const condition = (test: string, then: Token[]): Token[] =>
  then.length === 0 ? [] : [...actions(`if ${test}`), ...then, ...actions('end')];

function decisionTokens(decision: Decision, definitions: Definitions): Token[] {
  if ('written' in decision)
    return decision.written.flatMap((one) => writtenTokens(one, definitions));
  const tokens = decision.branches.flatMap((branch, index) => [
    ...actions(`${index === 0 ? 'if' : 'else if'} ${branch.condition}`),
    ...decisionTokens(branch.decision, definitions),
  ]);
  const otherwise = decisionTokens(decision.otherwise, definitions);
  const rest = otherwise.length === 0 ? [] : [...actions('else'), ...otherwise];
  return [...tokens, ...rest, ...actions('end')];
}

function writtenTokens(written: Written, definitions: Definitions): Token[] {
  if (typeof written === 'string') return textTokens(written);
  const value = written.content === 'own' ? '.Content' : '$.System';
  const name = stripName(written);
  if (name === '') return actions(value);
  for (const [called, definition] of stripDefinitions(written)) definitions.set(called, definition);
  return actions(`template "${name}" ${value}`);
}

/**
 * Text that a Modelfile and Go read back as it is; the rest becomes a constant in an action: braces,
 * quotation marks, and what Go may not call printable, which a Modelfile loses.
 */
const readable =
  '[\\n\\x20-\\x21\\x23-\\x7a\\x7c-\\x7e\\u2581\\u3001\\u3002\\u4e00-\\u9fa5\\uff01-\\uff5e]+';

function textTokens(text: string): Token[] {
  return text.split(new RegExp(`(${readable})`)).flatMap((piece, index): Token[] => {
    if (piece === '') return [];
    return index % 2 === 1 ? [{ text: piece }] : actions(goString(piece));
  });
}

/** A string constant of Go out of printable ASCII characters. */
export function goString(text: string): string {
  const characters = Array.from(text, (character) =>
    /^[\x20-\x7e]$/.test(character) && !/["\\{}]/.test(character)
      ? character
      : `\\U${(character.codePointAt(0) ?? 0).toString(16).padStart(8, '0')}`,
  );
  return `"${characters.join('')}"`;
}

/** Actions side by side come on lines of their own, whose breaks `{{-` takes away again. */
function layOut(tokens: readonly Token[]): string {
  return tokens
    .map((token, index) => {
      if ('text' in token) return token.text;
      const previous = tokens[index - 1];
      if (previous && 'text' in previous) return `{{ ${token.action} }}`;
      return `${index === 0 ? '' : '\n'}{{- ${token.action} }}`;
    })
    .join('');
}
