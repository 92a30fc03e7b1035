import type { Message } from '../domain/message.ts';
import { contentPieces, strippedVariants } from './content-pieces.ts';
import { runTemplate, type TemplateValues } from './run-template.ts';
import { TemplateError } from './template-error.ts';

/** A stretch of rendered text; `messageIndex` is the message whose content it is, or null. */
export interface RenderedPiece {
  text: string;
  messageIndex: number | null;
  /** The template left out the thinking of this answer. */
  losesThinking?: true;
}

/** A stretch of content that was rendered as a mark; its number is its place in the list. */
interface MarkedPiece {
  messageIndex: number;
  text: string;
  isRequired: boolean;
}

/**
 * Renders a conversation and tells message contents from template text: contents are rendered as
 * marks first, then the marks are fitted to the plain rendering. Joined, the pieces are exactly
 * the plain rendering, so a template that trims contents or looks at them is followed or refused.
 */
export function splitRendering(
  template: string,
  messages: readonly Message[],
  values: TemplateValues,
): RenderedPiece[] {
  const [open, close] = unusedMarks([template, ...messages.map((message) => message.content)]);
  const marks: MarkedPiece[] = [];
  const marked = messages.map(({ role, content }, messageIndex) => {
    const texts = contentPieces({ role, content }).map((piece) =>
      'literal' in piece
        ? piece.literal
        : `${open}${marks.push({ ...piece, messageIndex }) - 1}${close}`,
    );
    return { role, content: texts.join('') };
  });
  const rendered = runTemplate(template, marked, values);
  const split = rendered.split(new RegExp(`${open}(\\d+)${close}`));
  requireAllOnce(messages, marks, split);
  const pieces = fitPieces(split, marks, runTemplate(template, messages, values));
  const found = new Set(split.filter((_, place) => place % 2 === 1).map(Number));
  const thoughtless = new Set(
    marks.filter((_, mark) => !found.has(mark)).map(({ messageIndex }) => messageIndex),
  );
  return pieces.map((piece) =>
    thoughtless.has(piece.messageIndex ?? -1) ? { ...piece, losesThinking: true } : piece,
  );
}

function unusedMarks(texts: readonly string[]): [string, string] {
  const unused: string[] = [];
  for (let code = 0xe000; code < 0xf8ff && unused.length < 2; code++) {
    const mark = String.fromCharCode(code);
    if (!texts.some((text) => text.includes(mark))) unused.push(mark);
  }
  const [open, close] = unused;
  if (open !== undefined && close !== undefined) return [open, close];
  throw new TemplateError(
    'TEMPLATE_FAILED',
    'The conversation uses every private-use character of Unicode: remove some of them.',
  );
}

function requireAllOnce(
  messages: readonly Message[],
  marks: readonly MarkedPiece[],
  split: readonly string[],
): void {
  const counts = marks.map(() => 0);
  for (let place = 1; place < split.length; place += 2) {
    const number = Number(split[place]);
    counts[number] = (counts[number] ?? 0) + 1;
  }
  for (const [number, { messageIndex, isRequired }] of marks.entries()) {
    const count = counts[number] ?? 0;
    if (count === 1 || (count === 0 && !isRequired)) continue;
    const message = `message ${messageIndex + 1} (${messages[messageIndex]?.role})`;
    throw count === 0
      ? new TemplateError(
          'TEMPLATE_DROPS_MESSAGE',
          `The model's chat template leaves out ${message}. It may not know this role: ` +
            'remove the message or put its text into the first user message.',
        )
      : new TemplateError(
          'TEMPLATE_REPEATS_MESSAGE',
          `The model's chat template writes ${message} ${count} times, so it cannot be masked.`,
        );
  }
}

/** Depth-first over the few ways templates strip contents; `split` alternates texts and marks. */
function fitPieces(
  split: readonly string[],
  marks: readonly MarkedPiece[],
  plain: string,
): RenderedPiece[] {
  let deepest = 1;
  const chosen: RenderedPiece[] = [];
  const fit = (place: number, offset: number): boolean => {
    const text = split[place] ?? '';
    if (!plain.startsWith(text, offset)) return false;
    deepest = Math.max(deepest, place + 1);
    const after = offset + text.length;
    const mark = marks[Number(split[place + 1])];
    if (!mark) return after === plain.length && chosen.push({ text, messageIndex: null }) > 0;
    for (const variant of strippedVariants(mark.text)) {
      if (!plain.startsWith(variant, after)) continue;
      if (!fit(place + 2, after + variant.length)) continue;
      chosen.push({ text: variant, messageIndex: mark.messageIndex }, { text, messageIndex: null });
      return true;
    }
    return false;
  };
  if (fit(0, 0)) return chosen.toReversed().filter(({ text }) => text !== '');
  const culprit = marks[Number(split[Math.min(deepest, split.length - 2)])];
  throw new TemplateError(
    'TEMPLATE_REWRITES_MESSAGE',
    `The model's chat template changes text in or around message ${(culprit?.messageIndex ?? 0) + 1} ` +
      'depending on its content, so it cannot be masked: edit the message.',
  );
}
