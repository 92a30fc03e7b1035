import { mixBits } from '../domain/seeded-uniform.ts';

const units = 0x1_00_00;
/** Of each UTF-16 unit how it counts in a word: without case; 0 where it ends one. */
const lowered = new Uint16Array(units);
/** Units that are words by themselves: of scripts that are written without spaces. */
const isIdeograph = new Uint8Array(units);
for (let unit = 0; unit < units; unit++) {
  const text = String.fromCharCode(unit);
  // Halves of a pair count as letters: what lies beyond 65,536 is compared, too.
  const isHalf = unit >= 0xd8_00 && unit <= 0xdf_ff;
  if (isHalf || /[\p{L}\p{N}\p{M}]/u.test(text)) lowered[unit] = text.toLowerCase().charCodeAt(0);
  if (/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u.test(text))
    isIdeograph[unit] = 1;
}
/** Below it no unit is an ideograph. */
const firstIdeograph = isIdeograph.indexOf(1);

let room = new Uint32Array(1024);

/**
 * The words of a text as hashes of 32 bits, in order: letters and digits of any script without case,
 * each ideograph by itself; spaces, punctuation and marks are left out. Valid until the next call.
 */
export function wordHashes(text: string): Uint32Array {
  if (room.length < text.length) room = new Uint32Array(text.length * 2);
  const words = room;
  let count = 0;
  let hash = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    const counted = lowered[unit] ?? 0;
    const isAlone = unit >= firstIdeograph && isIdeograph[unit] === 1;
    if (counted !== 0 && !isAlone) {
      hash = Math.imul(hash ^ counted, 0x01_00_01_93) + 0x9e_37_79_b9;
      continue;
    }
    if (hash !== 0) words[count++] = mixBits(hash);
    hash = 0;
    if (isAlone) words[count++] = mixBits(unit);
  }
  if (hash !== 0) words[count++] = mixBits(hash);
  return words.subarray(0, count);
}
