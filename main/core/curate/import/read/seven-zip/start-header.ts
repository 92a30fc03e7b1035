import { readSync } from 'node:fs';
import { formatCount } from '../../../../../../shared/text/numbers.ts';
import { ImportError } from '../../sample/import-error.ts';

const headerBytes = 32;

/** A part of an archive that was cut into volumes. */
export const isVolumeName = (path: string): boolean => /\.7z\.\d{3,}$/i.test(path);

/**
 * Throws `ImportError` for an archive whose table of contents, which stands at its end, is not in
 * the file: of such a one nothing can be read.
 */
export function requireWholeArchive(path: string, file: number, sizeBytes: number): void {
  const header = Buffer.alloc(headerBytes);
  const count = readSync(file, header, 0, headerBytes, 0);
  const isStart = count === headerBytes && header.toString('hex', 0, 6) === '377abcaf271c';
  const wantedBytes = isStart
    ? BigInt(headerBytes) + header.readBigUInt64LE(12) + header.readBigUInt64LE(20)
    : BigInt(headerBytes);
  if (isStart && wantedBytes <= BigInt(sizeBytes)) return;
  if (isVolumeName(path))
    throw new ImportError(
      'FILE_UNREADABLE',
      `${path} is one of several volumes of a 7-Zip archive. Put them together in their order ` +
        `into one file that ends in .7z (cat NAME.7z.0* > NAME.7z), and import that.`,
    );
  throw new ImportError(
    'FILE_UNREADABLE',
    `${path} is a 7-Zip archive that is cut off: it has ${formatCount(sizeBytes)} bytes of at least ` +
      `${wantedBytes.toLocaleString('en')}, and its table of contents stands at the end. Download it again.`,
  );
}
