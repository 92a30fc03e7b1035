import { withoutThinking } from '../template/thinking.ts';

/** The words of a text in lower case between single spaces, with a space before and behind. */
const words = (text: string) =>
  ` ${
    text
      .toLowerCase()
      .normalize('NFKC')
      .match(/[\p{L}\p{N}]+/gu)
      ?.join(' ') ?? ''
  } `;

/**
 * True when an answer contains the expected one as whole words, whatever their case and punctuation.
 * What the model thought before it does not count: it names wrong answers, too.
 */
export function containsExpected(answer: string, expected: string): boolean {
  return words(expected).trim() !== '' && words(withoutThinking(answer)).includes(words(expected));
}
