const OBJECT_REPLACEMENT = '\ufffd';
const PREVIEW_CHARACTERS = 110;

/** Control characters but tab and line feed; a terminal would obey some of them. */
const CONTROLS = /(?![\t\n])\p{Cc}/gu;
/** Characters that reorder the text around them on screen. */
const DIRECTION_CONTROLS = /[\u202a-\u202e\u2066-\u2069]/g;

/**
 * Text by a model or a user as a report shows it: line ends are line feeds, control characters
 * become U+FFFD, and characters that reorder text are named, so that nothing hides.
 * The JSON report keeps the text as it is.
 */
export function displayText(text: string): string {
  return text
    .toWellFormed()
    .replace(/\r\n?/g, '\n')
    .replace(CONTROLS, OBJECT_REPLACEMENT)
    .replace(DIRECTION_CONTROLS, (character) => `⟦${codePointName(character)}⟧`);
}

/** The same on one line; no-break spaces stay. */
export function displayLine(text: string): string {
  return displayText(text)
    .replace(/[^\S\u00a0]+/g, ' ')
    .trim();
}

/** The beginning of a text on one line, cut between code points, with "…" when something is cut. */
export function previewLine(text: string): string {
  const line = displayLine(text.slice(0, PREVIEW_CHARACTERS * 10));
  const characters = Array.from(line);
  if (characters.length <= PREVIEW_CHARACTERS) return line;
  return `${characters.slice(0, PREVIEW_CHARACTERS).join('')}…`;
}

function codePointName(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}
