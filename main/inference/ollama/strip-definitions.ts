import type { Stripped } from './probe-template.ts';

/** What a template takes away at both ends of a text. */
export interface Strip {
  start: Stripped;
  end: Stripped;
}

/** Python's white space by the bytes of a character, as strings of Go. */
const space: Record<number, string[]> = {
  1: [' ', '\\n', '\\t', '\\r', '\\v', '\\f', '\\x1c', '\\x1d', '\\x1e', '\\x1f'],
  2: ['\\u0085', '\\u00a0'],
  3: [
    '\\u1680',
    ...Array.from({ length: 11 }, (_, index) => `\\u20${index.toString(16).padStart(2, '0')}`),
    '\\u2028',
    '\\u2029',
    '\\u202f',
    '\\u205f',
    '\\u3000',
  ],
};

/** The name of the template that strips a text so; empty where nothing is taken away. */
export function stripName({ start, end }: Strip): string {
  return start === end ? nameOf('', start) : nameOf('Start', start) + nameOf('End', end);
}

const nameOf = (where: string, what: Stripped) =>
  what === 'none' ? '' : `trim${where}${what === 'breaks' ? 'Breaks' : ''}`;

/**
 * The actions that define what strips a text, by its name. Go has no function for it, but templates
 * that call themselves: `slice . 1` is without the first byte, and as long as without the last.
 */
export function stripDefinitions({ start, end }: Strip): Map<string, string[]> {
  const definitions = new Map<string, string[]>();
  const last = stripName({ start: 'none', end });
  if (last !== '') definitions.set(last, definition(last, end, atEnd));
  const name = stripName({ start, end });
  const done = last === '' ? '.' : `template "${last}" .`;
  if (name !== last) definitions.set(name, definition(name, start, { ...atStart, done }));
  return definitions;
}

/** How the characters at one end are got and left out, and what is done where none is to go. */
interface End {
  piece: (bytes: number) => string;
  rest: (bytes: number) => string;
  done: string;
}

const atStart = {
  piece: (bytes: number) => `slice . 0 ${bytes}`,
  rest: (bytes: number) => `slice . ${bytes}`,
};
const atEnd: End = {
  piece: (bytes) => `slice . (len (slice . ${bytes}))`,
  rest: (bytes) => `slice . 0 (len (slice . ${bytes}))`,
  done: '.',
};

function definition(name: string, stripped: Stripped, { piece, rest, done }: End): string[] {
  const sets = stripped === 'breaks' ? [['1', ['\\n']] as const] : Object.entries(space);
  const cases = sets.flatMap(([bytes, characters], index) => {
    const texts = characters.map((character) => `"${character}"`).join(' ');
    const test = `and (ge (len .) ${bytes}) (eq (${piece(Number(bytes))}) ${texts})`;
    return [
      `${index === 0 ? 'if' : 'else if'} ${test}`,
      `template "${name}" (${rest(Number(bytes))})`,
    ];
  });
  return [`define "${name}"`, ...cases, 'else', done, 'end', 'end'];
}
