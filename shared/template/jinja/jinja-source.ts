/** Escapes of Python's strings that the library reads as Python does. */
const knownEscapes = new Set(['n', 't', 'r', 'b', 'f', 'v', "'", '"', '\\']);

const blockStart = /\{[%{#]/g;
const rawBlock = /^\{%[-+]?\s*raw\s*(-?)%\}([^]*?)\{%(-?)[+]?\s*endraw\s*([-+]?)%\}/;

/**
 * Rewrites a template into what the library reads as Jinja reads the original: escapes in its
 * strings, `raw` blocks, and `+` at the edge of a tag, which keeps white space there. `tags` says
 * where in the original each tag of the rewritten text comes from.
 */
export function librarySource(template: string): { text: string; tags: number[] } {
  const tags: number[] = [];
  let written = '';
  let from = 0;
  blockStart.lastIndex = 0;
  for (;;) {
    blockStart.lastIndex = from;
    const start = blockStart.exec(template);
    if (!start) return { text: written + template.slice(from), tags };
    written += template.slice(from, start.index);
    const rest = template.slice(start.index);
    const raw = start[0] === '{%' ? rawBlock.exec(rest) : null;
    const taken = raw ? rawText(raw) : blockText(rest, template, start.index);
    written += taken.text;
    for (let tag = 0; tag < tagCount(taken.text); tag += 1) tags.push(start.index);
    from = start.index + taken.length;
  }
}

/** Tags in the rewritten text of one tag: `+` adds some, and the library forgets `generation`. */
function tagCount(text: string): number {
  if (/^\{%-?\s*(?:end)?generation\s*-?%\}$/.test(text)) return 0;
  return 1 + Number(text.startsWith("{{ '' }}{%")) + Number(text.endsWith("%}{{ '' }}"));
}

function rawText([whole, stripStart, text = '', stripEnd, after]: RegExpExecArray): {
  text: string;
  length: number;
} {
  let kept = stripStart === '-' ? text.trimStart() : text.replace(/^\n/, '');
  kept = stripEnd === '-' ? kept.trimEnd() : kept.replace(/(^|\n)[ \t]+$/, '$1');
  const close = after === '-' ? '-}}' : '}}';
  return { text: `{{ ${JSON.stringify(kept)} ${close}`, length: whole.length };
}

function blockText(
  rest: string,
  template: string,
  offset: number,
): { text: string; length: number } {
  if (rest.startsWith('{#')) {
    const end = template.indexOf('#}', offset);
    const length = end < 0 ? rest.length : end + 2 - offset;
    return { text: rest.slice(0, length), length };
  }
  const keepsSpace = rest.startsWith('{%+');
  let text = keepsSpace ? "{{ '' }}{%" : rest.slice(0, 2);
  let at = keepsSpace ? 3 : 2;
  let depth = 0;
  const isOutput = rest.startsWith('{{');
  while (at < rest.length) {
    const character = rest.charAt(at);
    if (character === "'" || character === '"') {
      const string = stringAt(rest, at);
      text += string.text;
      at += string.length;
      continue;
    }
    // The library knows no comma at the end of a list.
    if (character === ',' && /^,\s*[)\]}]/.test(rest.slice(at, at + 100))) {
      at += 1;
      continue;
    }
    if (character === '{') depth += 1;
    if (rest.startsWith('+%}', at)) return { text: `${text}%}{{ '' }}`, length: at + 3 };
    const close = isOutput ? '}}' : '%}';
    if (rest.startsWith(close, at) && depth === 0) return { text: text + close, length: at + 2 };
    if (character === '}' && depth > 0) depth -= 1;
    text += character;
    at += 1;
  }
  return { text, length: rest.length };
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
