import type { Message } from '../domain/message.ts';
import { contentVariants } from './content-variants.ts';
import { runTemplate, type TemplateValues } from './run-template.ts';
import { TemplateError } from './template-error.ts';

/** A stretch of rendered text; `messageIndex` is the message whose content it is, or null. */
export interface RenderedPiece {
  text: string;
  messageIndex: number | null;
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
  const marked = runTemplate(
    template,
    messages.map(({ role, content }, index) => ({
      role,
      content: content.trim() === '' ? content : `${open}${index}${close}`,
    })),
    values,
  );
  const parts = marked.split(new RegExp(`${open}(\\d+)${close}`));
  requireEachOnce(messages, parts);
  return fitPieces(parts, messages, runTemplate(template, messages, values));
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

function requireEachOnce(messages: readonly Message[], parts: readonly string[]): void {
  const counts = new Map<number, number>();
  for (let part = 1; part < parts.length; part += 2)
    counts.set(Number(parts[part]), (counts.get(Number(parts[part])) ?? 0) + 1);
  for (const [index, { role, content }] of messages.entries()) {
    const count = counts.get(index) ?? 0;
    if (content.trim() === '' || count === 1) continue;
    const message = `message ${index + 1} (${role})`;
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

/** Depth-first over the few ways in which templates strip contents; `parts` alternate as split() gives them. */
function fitPieces(
  parts: readonly string[],
  messages: readonly Message[],
  plain: string,
): RenderedPiece[] {
  let deepest = 1;
  const chosen: RenderedPiece[] = [];
  const fit = (part: number, offset: number): boolean => {
    const text = parts[part] ?? '';
    if (!plain.startsWith(text, offset)) return false;
    deepest = Math.max(deepest, part + 1);
    const after = offset + text.length;
    if (part === parts.length - 1) return after === plain.length && chosen.push(piece(text)) > 0;
    const messageIndex = Number(parts[part + 1]);
    for (const variant of contentVariants(messages[messageIndex]?.content ?? '')) {
      if (!plain.startsWith(variant, after)) continue;
      if (!fit(part + 2, after + variant.length)) continue;
      chosen.push(piece(variant, messageIndex), piece(text));
      return true;
    }
    return false;
  };
  if (fit(0, 0)) return chosen.toReversed().filter(({ text }) => text !== '');
  throw rewritten(Number(parts[Math.min(deepest, parts.length - 2)]));
}

const piece = (text: string, messageIndex: number | null = null): RenderedPiece => ({
  text,
  messageIndex,
});

const rewritten = (messageIndex: number) =>
  new TemplateError(
    'TEMPLATE_REWRITES_MESSAGE',
    `The model's chat template changes text in or around message ${messageIndex + 1} depending ` +
      'on its content (for example <think> sections), so it cannot be masked: edit the message.',
  );
