import { describe, expect, it } from 'vitest';
import {
  displayLine,
  displayText,
  cutText,
  previewLine,
  splitControls,
  visibleJson,
} from './foreign-text.ts';

const marks = (text: string) =>
  splitControls(text)
    .filter((piece) => piece.control !== undefined)
    .map((piece) => piece.text);

describe('splitControls', () => {
  it('makes an override that would reverse the words after it a piece of its own', () => {
    expect(splitControls('a\u202eb')).toEqual([
      { text: 'a' },
      { text: 'U+202E', control: 'right-to-left override' },
      { text: 'b' },
    ]);
  });

  it('marks zero-width characters inside a word', () => {
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

  it('marks fillers, annotations and variation selectors that carry hidden bytes', () => {
    expect(marks('a\u3164\u115f\ufff9b\u{e0101}\ufe01\ufe02')).toEqual([
      'U+3164',
      'U+115F',
      'U+FFF9',
      'U+FE01',
      'U+FE02',
    ]);
    expect(marks('❤\ufe0f 1\ufe0f\u20e3 葛\u{e0100}')).toEqual([]);
  });

  it('leaves plain text as one piece', () => {
    expect(splitControls('plain')).toEqual([{ text: 'plain' }]);
    expect(splitControls('')).toEqual([]);
  });
});

describe('displayText', () => {
  // A terminal would obey the escape sequence: clear the screen, or set its title.
  it('names what would command a terminal, reverse words or hide', () => {
    expect(displayText('a\u001b[2Jb')).toBe('a⟦U+001B⟧[2Jb');
    expect(displayText('invoice\u202egpj.exe')).toBe('invoice⟦U+202E⟧gpj.exe');
    expect(displayText('pass\u200bword')).toBe('pass⟦U+200B⟧word');
  });

  it('makes every line end a line feed, and halves of characters whole', () => {
    expect(displayText('a\r\nb\rc\n\td')).toBe('a\nb\nc\n\td');
    expect(displayText('x\ud800y').isWellFormed()).toBe(true);
  });

  it('is on one line when asked for one, with no-break spaces kept', () => {
    expect(displayLine('  a\n\tb 12\u00a0% ')).toBe('a b 12\u00a0%');
  });
});

describe('visibleJson', () => {
  it('escapes what hides or commands, and reads back as it was', () => {
    const text = 'a\u0085\u009b\u202e\u2028\ufeff\u{e0041}"\\👩‍💻';
    const json = visibleJson({ text });
    expect(json).toBe(String.raw`{"text":"a\u0085\u009b\u202e\u2028\ufeff\udb40\udc41\"\\👩‍💻"}`);
    expect(JSON.parse(json)).toEqual({ text });
  });
});

describe('previewLine', () => {
  it('cuts between characters, not inside an emoji', () => {
    expect(previewLine('😀'.repeat(200), 3)).toBe('😀😀😀…');
    expect(previewLine('short', 5)).toBe('short');
  });
});

describe('cutText', () => {
  it.each([
    ['abc', 2, 'ab'],
    ['abc', 3, 'abc'],
    ['a😀', 2, 'a'],
    ['ab👩‍👩‍👧', 6, 'ab'],
    ['ab🇩🇪🇫🇷', 7, 'ab🇩🇪'],
    ['cafe\u0301', 4, 'caf'],
    ['x'.repeat(300) + '😀', 301, 'x'.repeat(300)],
    ['a' + '\u0301'.repeat(300), 200, 'a' + '\u0301'.repeat(199)],
  ])('ends %j within %i units where a character ends', (text, most, cut) => {
    expect(cutText(text, most)).toBe(cut);
  });
});
