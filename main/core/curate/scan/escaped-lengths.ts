/** How long HTML is that stands escaped in an attribute, in UTF-16 code units. */
export interface EscapedLengths {
  html: number;
  /** Of the text between its tags, each entity of HTML as one. */
  text: number;
}

const ampersand = 0x26;
const semicolon = 0x3b;
const lessThan = 0x3c;
const greaterThan = 0x3e;
const longestEntity = 34;
const htmlEntity = /^(?:#\d{1,7}|#x[\da-f]{1,6}|[a-z][a-z\d]{1,30})$/i;

/**
 * Measures an attribute in one pass over its bytes, which must be UTF-8, without decoding it. What
 * is rare (characters by number, entities that XML does not know, brackets that stand for themselves)
 * gives `undefined`.
 */
export function escapedLengths(
  bytes: Buffer,
  start: number,
  end: number,
): EscapedLengths | undefined {
  let html = 0;
  let text = 0;
  let isInTag = false;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === lessThan || byte === greaterThan) return undefined;
    if (byte !== ampersand) {
      // Of several bytes the first counts; of four, what they make are two units.
      const units = (byte & 0xc0) === 0x80 ? 0 : byte >= 0xf0 ? 2 : 1;
      html += units;
      if (!isInTag) text += units;
      continue;
    }
    const found = xmlEntityAt(bytes, at + 1);
    if (found === 0) return undefined;
    at += lengthOf[found] ?? 0;
    html++;
    if (found === entity.lt && !isInTag) isInTag = true;
    else if (found === entity.gt && isInTag) isInTag = false;
    else if (!isInTag) text++;
    if (found !== entity.amp) continue;
    const rest = htmlEntityAt(bytes, at + 1, end);
    html += rest;
    at += rest;
  }
  return { html, text };
}

const entity = { lt: 1, gt: 2, amp: 3, quot: 4, newline: 5 } as const;
/** Bytes of each behind its ampersand. */
const lengthOf = [0, 3, 3, 4, 5, 4];

/** Which of the entities that dumps are full of begins behind an ampersand; 0 for any other. */
function xmlEntityAt(bytes: Buffer, at: number): number {
  const [a, b, c, d, e] = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3], bytes[at + 4]];
  if (b === 0x74 && c === semicolon) return a === 0x6c ? entity.lt : a === 0x67 ? entity.gt : 0;
  if (a === 0x61 && b === 0x6d && c === 0x70 && d === semicolon) return entity.amp;
  if (a === 0x71 && b === 0x75 && c === 0x6f && d === 0x74 && e === semicolon) return entity.quot;
  const isLineEnd = a === 0x23 && b === 0x78 && (c === 0x41 || c === 0x44) && d === semicolon;
  return isLineEnd ? entity.newline : 0;
}

/** Bytes of the rest of an entity of HTML, whose ampersand was escaped; 0 where there is none. */
function htmlEntityAt(bytes: Buffer, at: number, end: number): number {
  const last = Math.min(end, at + longestEntity);
  for (let next = at; next < last; next++) {
    if (bytes[next] !== semicolon) continue;
    return htmlEntity.test(bytes.toString('latin1', at, next)) ? next - at + 1 : 0;
  }
  return 0;
}
