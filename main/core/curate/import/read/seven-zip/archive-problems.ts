import { cutText } from '../../../../../../shared/text/foreign-text.ts';
import { formatBytes, formatCount } from '../../../../../../shared/text/numbers.ts';
import { ImportError } from '../../sample/import-error.ts';
import type { ArchiveEntry, ArchiveIndex } from './archive-index.ts';
import { mostHeapBytes, type SevenZipOutcome } from './seven-zip.ts';

/** The one `Posts.xml` of an archive; throws `ImportError` with what the archive is instead. */
export function requirePosts(
  path: string,
  index: ArchiveIndex,
  outcome: SevenZipOutcome,
): ArchiveEntry {
  if (index.asksForPassword) throw encrypted(path);
  const [entry, other] = index.posts;
  if (!entry) {
    if (!isWell(outcome)) refuseFailure(path, outcome);
    throw new ImportError('FILE_FORMAT_UNKNOWN', `${path} ${withoutPosts(index)}`);
  }
  if (other || !entry.isFile)
    throw new ImportError(
      'FILE_FORMAT_UNKNOWN',
      `${path} has ${other ? 'Posts.xml more than once' : 'a Posts.xml that is a folder or a link'}: ` +
        `unpack it, and import the file you mean.`,
    );
  if (entry.isEncrypted) throw encrypted(path);
  return entry;
}

function withoutPosts({ entries, names }: ArchiveIndex): string {
  if (entries === 0) return 'is an empty 7-Zip archive.';
  const more = entries > names.length ? ` and ${formatCount(entries - names.length)} more` : '';
  const listed = names.map((name) => `"${cutText(name, 60)}"`).join(', ');
  return (
    `is a 7-Zip archive without a Posts.xml: it has ${listed}${more}. Give the archive of the site ` +
    `that has its posts, or unpack this one and import the file you mean.`
  );
}

function encrypted(path: string): ImportError {
  return new ImportError(
    'FILE_UNREADABLE',
    `${path} is an encrypted 7-Zip archive. Unpack it with its password, and import its Posts.xml.`,
  );
}

/** Throws `ImportError` when nothing came out of an archive because of what 7-Zip met in it. */
export function refuseFailure(path: string, outcome: SevenZipOutcome): void {
  if (isWell(outcome)) return;
  throw new ImportError('FILE_UNREADABLE', `${path} cannot be read: ${reasonOf(outcome)}`);
}

/** Why what came out of an archive is not all, or not what was packed. */
export function damageOf(outcome: SevenZipOutcome): string | undefined {
  return isWell(outcome) ? undefined : reasonOf(outcome);
}

const isWell = ({ exitCode }: SevenZipOutcome) => exitCode === 0 || exitCode === 1;

const reasons: [told: RegExp, reason: string][] = [
  [/CRC failed/i, 'its checksum (CRC) differs, so that parts of it are not what was packed'],
  [/unexpected end/i, 'the 7-Zip archive is cut off'],
  [/unsupported method/i, 'it is packed by a method that is not known here: unpack it first'],
];

function reasonOf({ errors, isOutOfMemory }: SevenZipOutcome): string {
  if (isOutOfMemory || /allocate/i.test(errors))
    return `it takes more than ${formatBytes(mostHeapBytes)} of memory to unpack: unpack it first, and import its Posts.xml`;
  const known = reasons.find(([told]) => told.test(errors))?.[1];
  if (known !== undefined) return known;
  const words = errors
    .replaceAll(/ERRORS?:|\/archive\.7z|\s+/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .replace(/^[\s:]+/, '')
    .trim();
  return `the 7-Zip archive is cut off or corrupt (${words === '' ? 'it makes no sense' : cutText(words, 120)})`;
}
