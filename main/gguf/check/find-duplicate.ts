import type { StringTable } from '../header/string-table.ts';

/** Two equal strings of a table, by index. */
export interface Duplicate {
  first: number;
  second: number;
}

/** Longer walks than this on average come from strings made to collide. */
const averageProbes = 16;

/**
 * Finds two equal strings that are not empty, without decoding them. Like llama.cpp it reads a
 * string up to its first zero byte. Linear in the bytes, also for strings chosen to collide.
 */
export function findDuplicate(table: StringTable): Duplicate | undefined {
  const { bytes, starts } = table;
  const slots = new Int32Array(2 ** Math.max(4, Math.ceil(Math.log2(table.length * 2 + 1))));
  const hashes = new Int32Array(table.length);
  const mask = slots.length - 1;
  let probesLeft = (table.length + 64) * averageProbes;
  for (let index = 0; index < table.length; index++) {
    const start = starts[index] ?? 0;
    const end = (starts[index + 1] ?? 0) - 8;
    if (start === end || bytes[start] === 0) continue;
    const hash = hashOf(bytes, start, end);
    hashes[index] = hash;
    let slot = (hash ^ (hash >>> 15)) & mask;
    for (let other = slots[slot] ?? 0; other !== 0; other = slots[slot] ?? 0) {
      const first = other - 1;
      if (hashes[first] === hash && textOf(table, first) === textOf(table, index))
        return { first, second: index };
      if (probesLeft-- <= 0) return findDuplicateSlowly(table);
      slot = (slot + 1) & mask;
    }
    slots[slot] = index + 1;
  }
  return undefined;
}

/** Whether llama.cpp reads this string as empty, and so gives it a name of its own. */
export function isEmptyText(table: StringTable, index: number): boolean {
  const start = table.startOf(index);
  return start === table.endOf(index) || table.bytes[start] === 0;
}

/** FNV-1a of the bytes before the first zero. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === 0) break;
    hash = Math.imul(hash ^ byte, 0x01000193);
  }
  return hash;
}

/** The bytes before the first zero, one per character. */
function textOf(table: StringTable, index: number): string {
  const raw = table.bytes.toString('latin1', table.startOf(index), table.endOf(index));
  const zero = raw.indexOf('\0');
  return zero < 0 ? raw : raw.slice(0, zero);
}

function findDuplicateSlowly(table: StringTable): Duplicate | undefined {
  const seen = new Map<string, number>();
  for (let index = 0; index < table.length; index++) {
    const text = textOf(table, index);
    const first = text === '' ? undefined : seen.get(text);
    if (first !== undefined) return { first, second: index };
    seen.set(text, index);
  }
  return undefined;
}
