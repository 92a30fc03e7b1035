import { isUtf8 } from 'node:buffer';
import { analyse } from 'chardet';
import { ImportError } from '../sample/import-error.ts';
import { singleByteEncodings } from './single-byte.ts';

/** How the text of a file is encoded: a label of TextDecoder, and whether it had to be guessed. */
export interface TextEncoding {
  label: string;
  isGuessed: boolean;
}

/** What chardet says of ten characters and fewer, whatever they are. */
const untoldConfidence = 10;

const utf8: TextEncoding = { label: 'utf-8', isGuessed: false };
/** Families whose characters are mostly two bytes above 0x7f: what else looks like them is refused. */
const multiByte = new Map([
  ['GB18030', 'gb18030'],
  ['Big5', 'big5'],
  ['Shift_JIS', 'shift_jis'],
  ['EUC-JP', 'euc-jp'],
  ['EUC-KR', 'euc-kr'],
]);
/**
 * Tells how text is encoded by a sample that begins with its first bytes: by its byte order mark,
 * its zeros, what its XML declares, whether it is UTF-8, and at last by its letters. Throws
 * `ImportError` when none of that settles it: a wrong guess would change the text unseen.
 */
export function detectEncoding(path: string, head: Buffer): TextEncoding {
  const wide = wideEncoding(path, head);
  if (wide) return wide;
  const sample = withoutCutCharacter(head);
  if (isMostlyUtf8(sample) && !isPlainAscii(sample)) return utf8;
  const declared = declaredEncoding(path, head);
  if (declared) return declared;
  return isMostlyUtf8(sample) ? utf8 : guessEncoding(path, sample);
}

/** Text without the last character when only its first bytes are there. */
export function withoutCutCharacter(bytes: Buffer): Buffer {
  for (let back = 1; back <= Math.min(4, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return bytes;
    if (byte < 0xc0) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return length > back ? bytes.subarray(0, -back) : bytes;
  }
  return bytes;
}

/** How many bytes are whole UTF-8 characters before the first that is none. */
export function validUtf8Bytes(bytes: Buffer): number {
  let [low, high] = [0, bytes.length];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (isUtf8(withoutCutCharacter(bytes.subarray(0, middle)))) low = middle;
    else high = middle - 1;
  }
  return withoutCutCharacter(bytes.subarray(0, low)).length;
}

/** No byte of UTF-8: it stands where text is not in its encoding, so that its record is refused. */
export const undecodableByte = 0xff;
const undecodable = String.fromCharCode(undecodableByte);
const replacement = Buffer.from('\ufffd').toString('latin1');

/** In these a text may hold a replacement character of its own; the others have none. */
const canReplace = /^(?:utf-16|gb18030)/;

/** Tells of one chunk after the other whether all of it was in its encoding. */
function strictDecoder(label: string): (chunk?: Buffer) => boolean {
  let decoder = new TextDecoder(label, { fatal: true });
  return (chunk) => {
    try {
      decoder.decode(chunk, { stream: chunk !== undefined });
      return true;
    } catch {
      decoder = new TextDecoder(label, { fatal: true });
      return false;
    }
  };
}

/**
 * The text as UTF-8, with a byte that is none wherever it is not in its encoding. Beside such a place,
 * in the same chunk, a replacement character that the text has of its own is one, too.
 */
export async function* toUtf8(
  chunks: AsyncIterable<Buffer>,
  { label }: TextEncoding,
): AsyncGenerator<Buffer> {
  const decoder = new TextDecoder(label);
  const isWhole = canReplace.test(label) ? strictDecoder(label) : () => false;
  const decode = (chunk?: Buffer) => {
    const text = decoder.decode(chunk, { stream: chunk !== undefined });
    const bytes = Buffer.from(text);
    if (isWhole(chunk) || !text.includes('\ufffd')) return bytes;
    return Buffer.from(bytes.toString('latin1').replaceAll(replacement, undecodable), 'latin1');
  };
  for await (const chunk of chunks) {
    const bytes = decode(chunk);
    if (bytes.length > 0) yield bytes;
  }
  const rest = decode();
  if (rest.length > 0) yield rest;
}

/** UTF-16 by its mark, or by the zeros that its first two characters have; UTF-32 is refused. */
function wideEncoding(path: string, head: Buffer): TextEncoding | undefined {
  const start = head.toString('hex', 0, 8);
  if (/^(?:fffe0000|0000feff|(?:(?!00)..000000){2}|(?:000000(?!00)..){2})/.test(start))
    throw unreadable(path, 'is UTF-32 text');
  if (/^fffe|^(?!00)..00(?!00)..00/.test(start)) return { label: 'utf-16le', isGuessed: false };
  if (/^feff|^00(?!00)..00(?!00)../.test(start)) return { label: 'utf-16be', isGuessed: false };
  return undefined;
}

function declaredEncoding(path: string, head: Buffer): TextEncoding | undefined {
  const start = head.toString('latin1', 0, 512);
  const declared =
    /^(?:\u00ef\u00bb\u00bf)?\s*<\?xml[^>]*?\sencoding\s*=\s*["']([^"']{1,40})["']/.exec(start);
  const name = declared?.[1];
  if (name === undefined) return undefined;
  try {
    const label = new TextDecoder(name, { fatal: true }).encoding;
    // What declares UTF-16 in single bytes is something else, as is UTF-8 with bytes that are not.
    return label.startsWith('utf-') ? undefined : { label, isGuessed: false };
  } catch {
    throw unreadable(path, `declares the encoding "${name}", which is not known here`);
  }
}

function isPlainAscii(bytes: Buffer): boolean {
  return bytes.every((byte) => byte < 0x80);
}

/** Whether text is UTF-8 but for some lines, which their reader reports. */
function isMostlyUtf8(bytes: Buffer): boolean {
  if (isUtf8(bytes)) return true;
  const runs = bytes.toString('latin1').match(/[\x80-\xff]+/g) ?? [];
  // Halves of a surrogate pair, written each as a character, are a fault of who wrote UTF-8.
  const whole = runs.filter((run) =>
    isUtf8(Buffer.from(run.replaceAll(/\xed[\xa0-\xbf][\x80-\xbf]/g, ''), 'latin1')),
  );
  return whole.length * 4 >= runs.length;
}

/** Bytes above 0x7f come by twos in text of East Asia, and as letters of one alphabet elsewhere. */
function guessEncoding(path: string, sample: Buffer): TextEncoding {
  const runs = sample.toString('latin1').match(/[\x80-\xff]+/g) ?? [];
  const odd = runs.filter((run) => run.length % 2 === 1).length;
  const guesses = analyse(sample);
  for (const { name, confidence } of guesses) {
    const label = multiByte.get(name);
    const isTold = confidence > untoldConfidence && (odd === 0 || confidence >= 60);
    if (label !== undefined && isTold && decodes(label, sample)) return { label, isGuessed: true };
  }
  const [label, ...others] = singleByteEncodings(sample);
  if (label !== undefined && others.length === 0) return { label, isGuessed: true };
  const which = label === undefined ? '' : ` (it may be ${[label, ...others].join(' or ')})`;
  throw unreadable(
    path,
    `is not UTF-8 from byte ${validUtf8Bytes(sample) + 1} on, and its encoding cannot be told${which}`,
  );
}

function decodes(label: string, sample: Buffer): boolean {
  try {
    new TextDecoder(label, { fatal: true }).decode(sample, { stream: true });
    return true;
  } catch {
    return false;
  }
}

function unreadable(path: string, problem: string): ImportError {
  return new ImportError(
    'FILE_FORMAT_UNKNOWN',
    `${path} ${problem}. Save it as UTF-8, or import it with its encoding named.`,
  );
}
