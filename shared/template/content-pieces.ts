import type { Message } from '../domain/message.ts';
import { strip } from './jinja/python-text.ts';

/** A stretch of a message that is rendered as a mark, or literal text that templates look for. */
export type ContentPiece = { literal: string } | { text: string; isRequired: boolean };

/**
 * Splits an answer at `<think>` and `</think>`, which reasoning templates (Qwen3, DeepSeek) look
 * for: they rewrite the thinking and drop it from earlier turns, so only the last piece must stay.
 */
export function contentPieces({
  role,
  content,
}: Pick<Message, 'role' | 'content'>): ContentPiece[] {
  if (content.trim() === '') return [{ literal: content }];
  const pieces = role === 'assistant' ? content.split(/(<\/?think>)/) : [content];
  const last = pieces.findLastIndex(isText);
  if (last < 0) return [{ text: content, isRequired: true }];
  const before = pieces
    .slice(0, last)
    .map((piece, index): ContentPiece =>
      isText(piece, index) ? { text: piece, isRequired: false } : { literal: piece },
    );
  return [...before, { text: pieces.slice(last).join(''), isRequired: true }];
}

/** `split` with a group puts the separators at odd places. */
const isText = (piece: string, index: number) => index % 2 === 0 && piece.trim() !== '';

/**
 * What chat templates make of a stretch of a message: nothing, or white space stripped at one or
 * both ends. No duplicates.
 */
export function strippedVariants(text: string): Set<string> {
  const withoutBreaks = text.replace(/^\n+/, '');
  return new Set([
    text,
    strip(text),
    strip(text, 'start'),
    strip(text, 'end'),
    withoutBreaks,
    text.replace(/\n+$/, ''),
    withoutBreaks.replace(/\n+$/, ''),
  ]);
}
