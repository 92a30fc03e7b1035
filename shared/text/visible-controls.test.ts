import { describe, expect, it } from 'vitest';
import { splitControls } from './visible-controls.ts';

const marks = (text: string) =>
  splitControls(text)
    .filter((part) => part.control !== undefined)
    .map((part) => part.text);

describe('splitControls', () => {
  it('shows an override that would reverse the words after it', () => {
    expect(splitControls('a\u202eb')).toEqual([
      { text: 'a' },
      { text: 'U+202E', control: 'right-to-left override' },
      { text: 'b' },
    ]);
  });

  it('shows zero-width characters that hide inside a word', () => {
    expect(marks('pass\u200bword\ufeff\u2060 x\u200dy')).toEqual([
      'U+200B',
      'U+FEFF',
      'U+2060',
      'U+200D',
    ]);
  });

  it('leaves tabs, line ends, joined emoji and Persian joiners alone', () => {
    expect(marks('a\tb\r\nc 👩‍💻 می\u200cخواهم')).toEqual([]);
  });

  it('returns plain text as one part', () => {
    expect(splitControls('plain')).toEqual([{ text: 'plain' }]);
    expect(splitControls('')).toEqual([]);
  });
});
