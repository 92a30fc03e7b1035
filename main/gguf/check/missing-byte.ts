import type { StringTable } from '../header/string-table.ts';

/**
 * The first byte that a vocabulary of sentence pieces has no token for: neither `<0x41>` in upper
 * case nor the byte itself. Undefined when it has all 256.
 */
export function missingByte(tokens: StringTable): number | undefined {
  const found = new Uint8Array(256);
  for (let index = 0; index < tokens.length; index++) {
    const start = tokens.startOf(index);
    const length = tokens.endOf(index) - start;
    if (length === 1) found[tokens.bytes[start] ?? 0] = 1;
    if (length !== 6) continue;
    const [, hex] = /^<0x([0-9A-F]{2})>$/.exec(tokens.at(index)) ?? [];
    if (hex !== undefined) found[Number.parseInt(hex, 16)] = 1;
  }
  const byte = found.indexOf(0);
  return byte < 0 ? undefined : byte;
}
