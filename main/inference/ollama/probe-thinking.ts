import type { Message } from '../../../shared/domain/message.ts';
import { TemplateError } from '../../../shared/template/template-error.ts';
import { mark, type RenderTraining, textOf } from './training-text.ts';

/**
 * How an answer with thinking is written where a chat goes on with it, of templates that leave the
 * thinking out of earlier answers: Ollama keeps it apart from the content for them.
 */
export interface ThinkingForm {
  /** Behind the question. */
  before: string;
  open: string;
  close: string;
  /** What is left of it before an earlier answer, such as line breaks. */
  left: string;
}

/** An answer with thinking, as datasets have it and Ollama reads it. */
export const thoughtOut = (thinking: string, answer: string): string =>
  `<think>\n${thinking}\n</think>\n\n${answer}`;

/** The form of thinking; undefined where it is text like any other, or not told apart so. */
export async function probeThinking(render: RenderTraining): Promise<ThinkingForm | undefined> {
  const question: Message = { role: 'user', content: mark(1) };
  const answered = (content: string): Message[] => [question, { role: 'assistant', content }];
  const thought = answered(thoughtOut(mark(2), mark(3)));
  try {
    const [now, later, plain] = await Promise.all([
      render(thought, false),
      render([...thought, question], true),
      render([...answered(mark(3)), question], true),
    ]);
    const [, behind = '', close = ''] = between(textOf(now, false), `${mark(2)}(.*)${mark(3)}$`);
    const [, dropped = mark(2)] = between(textOf(later, true), mark(3));
    const [, usual = ''] = between(textOf(plain, true), mark(3));
    const [open = ''] = /<think>\s*$/.exec(behind) ?? [];
    const isTold = open !== '' && close.includes('</think>') && dropped.startsWith(usual);
    if (!isTold || dropped.includes(mark(2))) return undefined;
    return {
      before: behind.slice(0, -open.length),
      open,
      close,
      left: dropped.slice(usual.length),
    };
  } catch (error) {
    if (error instanceof TemplateError && error.code !== 'TEMPLATE_TOO_LONG') return undefined;
    throw error;
  }
}

/** The text from the question to what a pattern says, and the groups of the pattern. */
const between = (text: string, pattern: string): string[] =>
  new RegExp(`${mark(1)}(.*?)${pattern}`, 's').exec(text) ?? [];
