const isPrintable = (byte: number) =>
  (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;

/**
 * The characters by which byte-level vocabularies (GPT-2 and its heirs) write the 256 bytes:
 * printable ones stand for themselves, the others for code points from 256 up.
 */
export function byteCharacters(): string[] {
  let shifted = 256;
  return Array.from({ length: 256 }, (_, byte) =>
    String.fromCodePoint(isPrintable(byte) ? byte : shifted++),
  );
}
