/** A stretch of text, or one invisible character that must be seen. */
export interface TextPiece {
  text: string;
  /** Set for an invisible character: its name for the tooltip. */
  control?: string;
}

const names: Record<string, string> = {
  '\u00ad': 'soft hyphen',
  '\u061c': 'Arabic letter mark',
  '\u200b': 'zero-width space',
  '\u200c': 'zero-width non-joiner',
  '\u200d': 'zero-width joiner',
  '\u200e': 'left-to-right mark',
  '\u200f': 'right-to-left mark',
  '\u202a': 'left-to-right embedding',
  '\u202b': 'right-to-left embedding',
  '\u202c': 'pop directional formatting',
  '\u202d': 'left-to-right override',
  '\u202e': 'right-to-left override',
  '\u2028': 'line separator',
  '\u2029': 'paragraph separator',
  '\u2060': 'word joiner',
  '\u115f': 'Hangul filler',
  '\u1160': 'Hangul filler',
  '\u3164': 'Hangul filler',
  '\uffa0': 'Hangul filler',
  '\u2066': 'left-to-right isolate',
  '\u2067': 'right-to-left isolate',
  '\u2068': 'first strong isolate',
  '\u2069': 'pop directional isolate',
  '\ufeff': 'byte order mark',
};

// Joiners and one variation selector after what they belong to are ordinary writing; those stay.
const hidden =
  /(?![\t\n\r])\p{Cc}|[\u2028\u2029\ufff9-\ufffb]|(?![\u200c\u200d\p{Variation_Selector}])[\p{Bidi_Control}\p{Default_Ignorable_Code_Point}]|(?<![\p{Extended_Pictographic}\ufe0f\p{Emoji_Modifier}\p{Script=Arabic}\p{Script=Devanagari}])[\u200c\u200d]|(?<=^|[\p{Default_Ignorable_Code_Point}\p{White_Space}\p{Cc}])\p{Variation_Selector}/gu;

/**
 * Splits text so that bidi, zero-width and other control characters can be shown: they could
 * otherwise hide words or reverse them (CVE-2021-42574).
 */
export function splitControls(text: string): TextPiece[] {
  const pieces: TextPiece[] = [];
  let end = 0;
  for (const match of text.matchAll(hidden)) {
    if (match.index > end) pieces.push({ text: text.slice(end, match.index) });
    pieces.push({ text: codePointOf(match[0]), control: nameOf(match[0]) });
    end = match.index + match[0].length;
  }
  if (end < text.length) pieces.push({ text: text.slice(end) });
  return pieces;
}

/** The first character of a text as Unicode names it: `U+202E`. */
export function codePointOf(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

function nameOf(character: string): string {
  return names[character] ?? 'invisible character';
}

/**
 * Foreign text for a report or a terminal, which have no tooltips: line ends are line feeds, and
 * what is invisible is named (`⟦U+202E⟧`), so that it neither hides, nor reorders, nor commands.
 */
export function displayText(text: string): string {
  return splitControls(text.toWellFormed().replace(/\r\n?/g, '\n'))
    .map((piece) => (piece.control === undefined ? piece.text : `⟦${piece.text}⟧`))
    .join('');
}

/** The same on one line; no-break spaces stay. */
export function displayLine(text: string): string {
  return displayText(text)
    .replace(/[^\S\u00a0]+/g, ' ')
    .trim();
}

/**
 * A value as JSON in which no character commands a terminal, reorders or hides: they are escaped,
 * so that a program reads the value unchanged. `space` as of JSON.stringify.
 */
export function visibleJson(value: unknown, space?: number): string {
  return JSON.stringify(value, null, space).replace(hidden, (character) =>
    Array.from({ length: character.length }, (_, index) => escapeUnit(character, index)).join(''),
  );
}

function escapeUnit(text: string, index: number): string {
  return `\\u${text.charCodeAt(index).toString(16).padStart(4, '0')}`;
}

/** The beginning of a text on one line, cut between characters, with "…" when something is cut. */
export function previewLine(text: string, mostCharacters = 110): string {
  const line = displayLine(cutText(text, mostCharacters * 10));
  const characters = Array.from(line);
  if (characters.length <= mostCharacters) return line;
  return `${cutText(line, characters.slice(0, mostCharacters).join('').length)}…`;
}

const longestCharacter = 64;
/** Characters that are one code unit each: no segmenter is asked, which takes microseconds. */
const plain = /^[ -~]*$/;
let segmenter: Intl.Segmenter | undefined;
/** Made when it is needed: that takes some 30 ms of every process's start. */
const graphemes = () => (segmenter ??= new Intl.Segmenter('und', { granularity: 'grapheme' }));

/**
 * At most so many code units of the beginning of a text, cut where a character as a person sees it
 * ends: a family in one emoji is one.
 */
export function cutText(text: string, mostUnits: number): string {
  if (text.length <= mostUnits) return text;
  const from = Math.max(0, mostUnits - longestCharacter);
  const near = text.slice(from, mostUnits + longestCharacter);
  if (plain.test(near)) return text.slice(0, mostUnits);
  const at =
    graphemes()
      .segment(near)
      .containing(mostUnits - from)?.index ?? 0;
  // Marks without end belong to no character: they are cut between code points.
  const whole = from > 0 && at === 0 ? mostUnits : from + at;
  return text.slice(0, whole).replace(/[\ud800-\udbff]$/, '');
}

/** A text as one word for a POSIX shell, quoted only where it has to be. */
export function shellWord(text: string): string {
  if (/^[\w./:@%+,-][\w./:=@%+,-]*$/.test(text)) return text;
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
