/** Escapes of Python's strings that the library reads as Python does. */
const knownEscapes = new Set(['n', 't', 'r', 'b', 'f', 'v', "'", '"', '\\']);

const tagStart = /\{[%{#]/g;
const rawBlock = /^\{%([-+]?)\s*raw\s*(-?)%\}([^]*?)\{%([-+]?)\s*endraw\s*([-+]?)%\}/;
const generationTag = /^\{%([-+]?)\s*(?:end)?generation\s*([-+]?)%\}$/;

/**
 * Rewrites a template into what the library reads as Jinja reads the original: white space around
 * tags (`trim_blocks`, `lstrip_blocks`, `+`), escapes and numbers in them, `raw` blocks. `tags` says
 * where in the original each tag of the rewritten text comes from.
 */
export function librarySource(original: string): { text: string; tags: number[] } {
  const template = original.replace(/\n$/, '');
  const tags: number[] = [];
  let written = '';
  let from = 0;
  let startsLine = true;
  for (;;) {
    tagStart.lastIndex = from;
    const start = tagStart.exec(template);
    const between = template.slice(from, start?.index);
    // The library takes the last line break away, which is done already.
    if (!start) return { text: (written + between).replace(/\n$/, '\n\n'), tags };
    const rest = template.slice(start.index);
    const raw = rawBlock.exec(rest);
    const taken = raw ? rawText(raw) : tagText(rest);
    const isStripped = !rest.startsWith('{{') && !/[-+]/.test(rest.charAt(2));
    written += isStripped ? withoutMargin(between, startsLine) : between;
    written += taken.text;
    tags.push(start.index);
    from = start.index + taken.length;
    const isTrimmed = !taken.text.startsWith('{{') || raw !== null;
    startsLine = isTrimmed && !taken.keepsBreak && template.charAt(from) === '\n';
    if (startsLine) from += 1;
  }
}

/** `lstrip_blocks`: white space between the start of a line and a tag goes. */
function withoutMargin(text: string, startsLine: boolean): string {
  const line = text.lastIndexOf('\n') + 1;
  return (line > 0 || startsLine) && text.slice(line).trim() === '' ? text.slice(0, line) : text;
}

interface TakenTag {
  text: string;
  length: number;
  /** A `+` or `-` says what becomes of the white space behind it. */
  keepsBreak: boolean;
}

function rawText([whole, , afterStart, text = '', beforeEnd, after]: RegExpExecArray): TakenTag {
  const start = afterStart === '-' ? text.trimStart() : text;
  const kept =
    beforeEnd === '-' ? start.trimEnd() : beforeEnd === '+' ? start : withoutMargin(start, false);
  const before = whole.startsWith('{%-') ? '{{-' : '{{';
  const close = after === '-' ? '-}}' : '}}';
  return {
    text: `${before} ${JSON.stringify(kept)} ${close}`,
    length: whole.length,
    keepsBreak: after !== '',
  };
}

function tagText(rest: string): TakenTag {
  const { text, length } = rest.startsWith('{#') ? commentText(rest) : codeText(rest);
  const keepsBreak = /[-+][%#]\}$/.test(rest.slice(0, length));
  const [, before, after] = generationTag.exec(text) ?? [];
  if (before === undefined) return { text, length, keepsBreak };
  // The library would take all of its line.
  const marks = [before, after].map((mark) => (mark === '-' ? '-' : ' '));
  return { text: `{#${marks[0]}${marks[1]}#}`, length, keepsBreak };
}

function commentText(rest: string): { text: string; length: number } {
  const end = rest.indexOf('#}', 2);
  const length = end < 0 ? rest.length : end + 2;
  return { text: rest.slice(0, length), length };
}

const number =
  /^(?:0[xX][\da-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|\d[\d_]*(?:\.\d[\d_]*)?(?:[eE][+-]?\d[\d_]*)?)/;

/** A tag up to its end, but not the `+` at its edges, strings and numbers as the library reads them. */
function codeText(rest: string): { text: string; length: number } {
  let text = rest.slice(0, 2);
  let at = /^\{[%{]\+/.test(rest) ? 3 : 2;
  let depth = 0;
  const close = rest.startsWith('{{') ? '}}' : '%}';
  while (at < rest.length) {
    const character = rest.charAt(at);
    if (character === "'" || character === '"') {
      const string = stringAt(rest, at);
      text += string.text;
      at += string.length;
      continue;
    }
    if (/\d/.test(character) && !/[\w.]/.test(rest.charAt(at - 1))) {
      const [digits = character] = number.exec(rest.slice(at, at + 400)) ?? [];
      text += plainNumber(digits);
      at += digits.length;
      continue;
    }
    // The library knows no comma at the end of a list.
    if (character === ',' && /^,\s*[\]}]/.test(rest.slice(at, at + 100))) {
      at += 1;
      continue;
    }
    if (character === '{') depth += 1;
    if (rest.startsWith(`+${close}`, at)) return { text: text + close, length: at + 3 };
    if (rest.startsWith(close, at) && depth === 0) return { text: text + close, length: at + 2 };
    if (character === '}' && depth > 0) depth -= 1;
    text += character;
    at += 1;
  }
  return { text, length: rest.length };
}

/** A number without underscores, base or exponent, and with a point where it is a float. */
function plainNumber(digits: string): string {
  const plain = digits.replaceAll('_', '');
  if (/^\d+(?:\.\d+)?$/.test(plain)) return plain;
  const value = Number(plain);
  if (/^0[xXbBoO]/.test(plain) || !Number.isFinite(value)) return String(value);
  if (Number.isInteger(value)) return `${BigInt(value)}.0`;
  return value.toFixed(100).replace(/0+$/, '');
}

function stringAt(source: string, start: number): { text: string; length: number } {
  const mark = source.charAt(start);
  let text = mark;
  let at = start + 1;
  while (at < source.length && source.charAt(at) !== mark) {
    if (source.charAt(at) !== '\\') {
      text += source.charAt(at);
      at += 1;
      continue;
    }
    const escape = escapeAt(source, at + 1);
    text += escape.text;
    at += 1 + escape.length;
  }
  return { text: text + mark, length: at + 1 - start };
}

function escapeAt(source: string, at: number): { text: string; length: number } {
  const character = source.charAt(at);
  if (knownEscapes.has(character)) return { text: `\\${character}`, length: 1 };
  if (character === '\n') return { text: '', length: 1 };
  if (character === 'a') return { text: '\\x07', length: 1 };
  const hexadecimal = /^(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4})/.exec(source.slice(at, at + 5))?.[0];
  if (hexadecimal !== undefined) return { text: `\\${hexadecimal}`, length: hexadecimal.length };
  const wide = /^U([0-9a-fA-F]{8})/.exec(source.slice(at, at + 9))?.[1];
  if (wide !== undefined) return { text: String.fromCodePoint(parseInt(wide, 16)), length: 9 };
  const octal = /^[0-7]{1,3}/.exec(source.slice(at, at + 3))?.[0];
  if (octal !== undefined)
    return {
      text: `\\u${parseInt(octal, 8).toString(16).padStart(4, '0')}`,
      length: octal.length,
    };
  return { text: `\\\\${character}`, length: character.length };
}
