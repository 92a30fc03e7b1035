import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { realPath } from './project-side-files.ts';

const headerBytes = 100;
/** What a journal beside a project never reaches; a longer one is nobody's of this program. */
const mostJournalBytes = 2 ** 28;

/**
 * The first 100 bytes that a project will have once SQLite has recovered it: of page 1 in its
 * write-ahead log or its rollback journal. A loss of power in the middle of writing page 1 leaves
 * nothing of it in the file. `undefined` where neither holds that page whole.
 * Source: sqlite.org/fileformat2.html, sections 3 and 4.
 */
export function recoveredHeader(path: string): Buffer | undefined {
  const real = realPath(path);
  return readJournal(`${real}-journal`, originalHeader) ?? readJournal(`${real}-wal`, loggedHeader);
}

/** Reads so many bytes at a place, or `undefined` where the file ends before. */
type ReadAt = (offset: number, count: number) => Buffer | undefined;

const readOnly = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0);

function readJournal(
  path: string,
  find: (read: ReadAt, sizeBytes: number) => Buffer | undefined,
): Buffer | undefined {
  let file;
  try {
    file = openSync(path, readOnly);
  } catch {
    // There is none, or it is a link, which is refused elsewhere.
    return undefined;
  }
  try {
    const found = fstatSync(file);
    if (!found.isFile() || found.size > mostJournalBytes) return undefined;
    const descriptor = file;
    return find((offset, count) => {
      const bytes = Buffer.alloc(count);
      return readSync(descriptor, bytes, 0, count, offset) === count ? bytes : undefined;
    }, found.size);
  } finally {
    closeSync(file);
  }
}

const isPageSize = (bytes: number) =>
  bytes >= 512 && bytes <= 65_536 && (bytes & (bytes - 1)) === 0;

const logMagic = 0x377f0682;
const logHeaderBytes = 32;
const frameHeaderBytes = 24;

/** Page 1 as the last transaction left it that the log holds to its end. */
function loggedHeader(read: ReadAt): Buffer | undefined {
  const head = read(0, logHeaderBytes);
  if (!head) return undefined;
  const magic = head.readUInt32BE(0);
  const pageBytes = head.readUInt32BE(8);
  if ((magic & ~1) >>> 0 !== logMagic || !isPageSize(pageBytes)) return undefined;
  const sum = new LogChecksum((magic & 1) === 1);
  sum.add(head.subarray(0, 24));
  if (!sum.equals(head, 24)) return undefined;
  const salts = head.subarray(16, 24);
  let [seen, committed]: (Buffer | undefined)[] = [];
  for (let at = logHeaderBytes; ; at += frameHeaderBytes + pageBytes) {
    const frame = read(at, frameHeaderBytes + pageBytes);
    if (!frame?.subarray(8, 16).equals(salts)) return committed;
    sum.add(frame.subarray(0, 8));
    sum.add(frame.subarray(frameHeaderBytes));
    if (!sum.equals(frame, 16)) return committed;
    if (frame.readUInt32BE(0) === 1)
      seen = frame.subarray(frameHeaderBytes, frameHeaderBytes + headerBytes);
    if (frame.readUInt32BE(4) !== 0) committed = seen;
  }
}

/** The running checksum of a write-ahead log. */
class LogChecksum {
  readonly #isBigEndian: boolean;
  #first = 0;
  #second = 0;

  constructor(isBigEndian: boolean) {
    this.#isBigEndian = isBigEndian;
  }

  add(bytes: Buffer): void {
    const word = (at: number) =>
      this.#isBigEndian ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at);
    for (let at = 0; at < bytes.length; at += 8) {
      this.#first = (this.#first + word(at) + this.#second) >>> 0;
      this.#second = (this.#second + word(at + 4) + this.#first) >>> 0;
    }
  }

  equals(bytes: Buffer, at: number): boolean {
    return bytes.readUInt32BE(at) === this.#first && bytes.readUInt32BE(at + 4) === this.#second;
  }
}

const journalMagic = Buffer.from('d9d505f920a163d7', 'hex');
const journalHeaderBytes = 28;
const untilItsEnd = 0xffffffff;

/** Page 1 as it was before the transaction that a rollback journal takes back. */
function originalHeader(read: ReadAt, sizeBytes: number): Buffer | undefined {
  for (let at = 0; ;) {
    const head = read(at, journalHeaderBytes);
    if (!head?.subarray(0, 8).equals(journalMagic)) return undefined;
    const [records, nonce] = [head.readUInt32BE(8), head.readUInt32BE(12)];
    const [sectorBytes, pageBytes] = [head.readUInt32BE(20), head.readUInt32BE(24)];
    if (!isPageSize(pageBytes) || sectorBytes < 32 || sectorBytes > 65_536) return undefined;
    const recordBytes = pageBytes + 8;
    const most = Math.floor((sizeBytes - at - sectorBytes) / recordBytes);
    const count = records === untilItsEnd ? most : Math.min(records, most);
    for (let number = 0; number < count; number += 1) {
      const record = read(at + sectorBytes + number * recordBytes, recordBytes);
      if (!record || !isWholeRecord(record, nonce)) return undefined;
      if (record.readUInt32BE(0) === 1) return record.subarray(4, 4 + headerBytes);
    }
    if (count <= 0) return undefined;
    // The next part of a journal begins at the next sector.
    at += Math.ceil((sectorBytes + count * recordBytes) / sectorBytes) * sectorBytes;
  }
}

function isWholeRecord(record: Buffer, nonce: number): boolean {
  const page = record.subarray(4, -4);
  let sum = nonce;
  for (let at = page.length - 200; at > 0; at -= 200) sum = (sum + (page[at] ?? 0)) >>> 0;
  return record.readUInt32BE(record.length - 4) === sum;
}
