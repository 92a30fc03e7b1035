/**
 * A stretch of a rendered conversation. `template` text is tokenized with special tokens,
 * `content` without: a user who types `<|im_end|>` must not end a turn.
 */
export interface Segment {
  text: string;
  kind: 'template' | 'content';
  /** The message it is, ends or introduces; the number of messages for a generation prompt. */
  messageIndex: number;
  /** Whether its tokens are targets of the loss. */
  trained: boolean;
}

/** All text of a rendered conversation, for showing it and for tests. */
export const segmentsText = (segments: readonly Segment[]): string =>
  segments.map(({ text }) => text).join('');
