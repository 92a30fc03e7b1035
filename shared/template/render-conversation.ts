import type { Message } from '../domain/message.ts';
import { contentPieces } from './content-pieces.ts';
import { isDropped, missingHeader, promptText, type TemplateTexts } from './generation-prompt.ts';
import type { TemplateValues } from './run-template.ts';
import { type Segment, moveLeads, segmentsOfPieces } from './turn-segments.ts';
import { strip } from './jinja/python-text.ts';
import { type RenderedPiece, splitRendering } from './split-rendering.ts';
import { TemplateError } from './template-error.ts';
import { splitThinking } from './thinking.ts';

/** How a conversation is rendered; the texts are those of the model's vocabulary. */
export interface RenderOptions extends TemplateTexts {
  /** True for a chat prompt, false for a training sample. */
  addGenerationPrompt: boolean;
  /** Puts `bosText` in front unless the template wrote it (GGUF `tokenizer.ggml.add_bos_token`). */
  prependBos?: boolean;
  /** Texts of every token that ends a generation; `eosText` is always one of them. */
  endTexts?: readonly string[];
  /** `all` trains every segment (but never the first token, which nothing predicts). */
  lossOn?: 'answers' | 'all';
  /** A last answer whose thinking the template leaves out stands behind the prompt, as it is. */
  keepsThinking?: boolean;
}

/**
 * Renders a conversation into segments whose joined text is what the template renders (plus a
 * missing BOS, plus an EOS behind a last answer that the template does not end). Throws
 * `TemplateError`. The rules for masks are in the README of this folder.
 */
export function renderConversation(
  template: string,
  messages: readonly Message[],
  options: RenderOptions,
): Segment[] {
  const { bosText, eosText, addGenerationPrompt, endTexts = [] } = options;
  const texts = { bosText, eosText };
  const values = { ...texts, addGenerationPrompt };
  const rendered = piecesOf(template, messages, values);
  const pieces =
    options.keepsThinking && altersLastAnswer(rendered, messages)
      ? withThinking(rendered, template, messages, values)
      : rendered;
  const split = segmentsOfPieces(pieces, messages, [eosText, ...endTexts]);
  const segments = moveLeads(split, template, messages, texts);
  if (addGenerationPrompt) {
    const text = missingHeader(template, messages, texts);
    if (text !== '') segments.push(templateSegment(text, messages.length));
  } else endLastAnswer(segments, messages, eosText);
  startWithOneBos(segments, options);
  if (options.lossOn !== 'all') return segments;
  return segments.map((segment) => ({ ...segment, trained: true }));
}

/**
 * A template may write the system message only into the question that waits for an answer
 * (Mistral), so not at all where the answer is there. Then the sample is the prompt of the chat
 * with the answer behind it, as the template ends it.
 */
function piecesOf(
  template: string,
  messages: readonly Message[],
  values: TemplateValues,
): RenderedPiece[] {
  try {
    return splitRendering(template, messages, values);
  } catch (error) {
    const pieces = isDropped(error) ? piecesBehindPrompt(template, messages, values) : undefined;
    if (pieces) return pieces;
    throw error;
  }
}

function piecesBehindPrompt(
  template: string,
  messages: readonly Message[],
  values: TemplateValues,
): RenderedPiece[] | undefined {
  const [system, ...others] = messages;
  const isAnswered = others.at(-1)?.role === 'assistant' && others.at(-2)?.role === 'user';
  if (values.addGenerationPrompt || system?.role !== 'system' || !isAnswered) return undefined;
  const asked = { ...values, addGenerationPrompt: true };
  const bare = promptText(template, others.slice(0, -1), values);
  const answered = splitRendering(template, others, values);
  if (
    !answered
      .map(({ text }) => text)
      .join('')
      .startsWith(bare)
  )
    return undefined;
  const header = missingHeader(template, messages.slice(0, -1), values);
  const prompt = splitRendering(template, messages.slice(0, -1), asked);
  const tail = piecesFrom(answered, bare.length).map((piece) => ({
    ...piece,
    messageIndex: piece.messageIndex === null ? null : piece.messageIndex + 1,
  }));
  return [...prompt, { text: header, messageIndex: null }, ...tail].reduce(joinTemplate, []);
}

const isOfLast = ({ messageIndex }: RenderedPiece, messages: readonly Message[]): boolean =>
  messageIndex === messages.length - 1 && messages.at(-1)?.role === 'assistant';

/**
 * Whether the last answer has thinking, be it empty, of which the template writes nothing, or text
 * with a tag in its midst that the template takes for thinking.
 */
function altersLastAnswer(
  rendered: readonly RenderedPiece[],
  messages: readonly Message[],
): boolean {
  if (rendered.some((piece) => piece.losesThinking && isOfLast(piece, messages))) return true;
  const last = messages.at(-1);
  if (last?.role !== 'assistant') return false;
  if (splitThinking(last.content).thinking === null && /<\/?think>/.test(last.content)) {
    const own = (piece: RenderedPiece) => isOfLast(piece, messages);
    const written = rendered.slice(rendered.findIndex(own), rendered.findLastIndex(own) + 1);
    return strip(written.map(({ text }) => text).join('')) !== strip(last.content);
  }
  if (!/^\s*<think>\s*<\/think>/.test(last.content)) return false;
  const question = rendered.findLastIndex(
    ({ messageIndex }) => messageIndex !== null && messageIndex < messages.length - 1,
  );
  const behind = rendered.slice(question + 1).map(({ text }) => text);
  return !behind.join('').includes('</think>');
}

/**
 * The prompt of the chat and behind it the last answer with its thinking, ended as in `rendered`.
 * Templates of DeepSeek-R1 drop the thinking of the last answer, too, and open it in the prompt.
 */
function withThinking(
  rendered: readonly RenderedPiece[],
  template: string,
  messages: readonly Message[],
  values: TemplateValues,
): RenderedPiece[] {
  const last = messages.length - 1;
  const asked = messages.slice(0, -1);
  const prompt = splitRendering(template, asked, { ...values, addGenerationPrompt: true });
  const header = { text: missingHeader(template, asked, values), messageIndex: null };
  const opened = /<think>(\s*)$/.exec((prompt.at(-1)?.text ?? '') + header.text);
  const content = messages[last]?.content ?? '';
  const isOpened = opened !== null && content.trimStart().startsWith(thinkTag);
  const rest = isOpened
    ? withoutStart(content.trimStart().slice(thinkTag.length), opened[1] ?? '')
    : content;
  const answer = contentPieces({ role: 'assistant', content: rest }).map((piece) =>
    'literal' in piece
      ? { text: piece.literal, messageIndex: null }
      : { text: piece.text, messageIndex: last },
  );
  const end = rendered.slice(1 + rendered.findLastIndex((piece) => isOfLast(piece, messages)));
  return [...prompt, header, ...answer, ...end].reduce(joinTemplate, []);
}

const thinkTag = '<think>';

const withoutStart = (text: string, start: string): string =>
  text.startsWith(start) ? text.slice(start.length) : text.trimStart();

/** Two stretches of template text side by side are one. */
function joinTemplate(pieces: RenderedPiece[], piece: RenderedPiece): RenderedPiece[] {
  const last = pieces.at(-1);
  if (piece.text === '') return pieces;
  if (last?.messageIndex !== null || piece.messageIndex !== null) return [...pieces, piece];
  return [...pieces.slice(0, -1), { text: last.text + piece.text, messageIndex: null }];
}

/** The pieces of the text from `start` on. */
function piecesFrom(pieces: readonly RenderedPiece[], start: number): RenderedPiece[] {
  let offset = 0;
  return pieces.flatMap((piece) => {
    const text = piece.text.slice(Math.max(0, start - offset));
    offset += piece.text.length;
    return text === '' ? [] : [{ ...piece, text }];
  });
}

/** Without an end the model would never learn to stop, so EOS follows the answer directly. */
function endLastAnswer(segments: Segment[], messages: readonly Message[], eosText: string): void {
  const last = messages.length - 1;
  const answer = segments.findLastIndex((segment) => isContentOf(segment, last));
  if (answer < 0 || messages[last]?.role !== 'assistant') return;
  if (segments[answer + 1]?.messageIndex === last) return;
  if (eosText === '')
    throw new TemplateError(
      'TEMPLATE_NO_END_TOKEN',
      'Neither the chat template nor the vocabulary of this model ends an answer ' +
        '(tokenizer.ggml.eos_token_id is missing), so it could never learn to stop.',
    );
  const { trained } = segments[answer] ?? { trained: false };
  segments.splice(answer + 1, 0, { ...templateSegment(eosText, last), trained });
}

const isContentOf = ({ kind, messageIndex }: Segment, index: number): boolean =>
  kind === 'content' && messageIndex === index;

function startWithOneBos(segments: Segment[], { bosText, prependBos }: RenderOptions): void {
  const first = segments[0];
  if (bosText === '' || !first) return;
  const isWritten = first.kind === 'template' && first.text.startsWith(bosText);
  if (!isWritten) {
    if (prependBos) segments.unshift(templateSegment(bosText, first.messageIndex));
    return;
  }
  let { text } = first;
  while (text.startsWith(bosText, bosText.length)) text = text.slice(bosText.length);
  segments[0] = { ...first, text };
}

const templateSegment = (text: string, messageIndex: number): Segment => ({
  text,
  kind: 'template',
  messageIndex,
  trained: false,
});
