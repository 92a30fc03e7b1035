import { createHash } from 'node:crypto';
import { createReadStream, promises } from 'node:fs';
import { join } from 'node:path';

/** Where app.asar holds the list of what the packager copied beside it. */
export const extraFilesPath = 'out/main/electron/extra-files.json';

/** Hashes of files, as paths in the folder of resources with slashes. */
export type FileHashes = Record<string, string>;

interface ArchiveEntry {
  files?: Record<string, ArchiveEntry>;
  size?: number;
  offset?: string;
  unpacked?: boolean;
  link?: string;
  integrity?: { algorithm: string; hash: string };
}

const hashedAtOnce = 8;
// Most files are small, and a stream for each takes longer than its hash.
const wholeBytes = 2 ** 22;

/**
 * Compares every file that lies beside app.asar with what was packaged, and throws with the path of
 * the first that differs, is missing or was added. Where Electron checks app.asar (macOS, Windows),
 * nobody can change both.
 */
export async function verifyPackage(resources: string): Promise<void> {
  // Electron's fs looks into app.asar; the files as they lie on the disk are meant here.
  process.noAsar = true;
  try {
    await compareAll(resources);
  } finally {
    process.noAsar = false;
  }
}

async function compareAll(resources: string): Promise<void> {
  const expected = await listedFiles(join(resources, 'app.asar'));
  const found = await filesBelow(join(resources, 'app.asar.unpacked'));
  for (const path of found)
    if (!expected.has(`app.asar.unpacked/${path}`))
      throw fault(join(resources, 'app.asar.unpacked', path), 'is no part of it');
  const queue = [...expected];
  const workers = Array.from({ length: hashedAtOnce }, async () => {
    for (let next = queue.pop(); next; next = queue.pop()) await compare(resources, ...next);
  });
  await Promise.all(workers);
}

const fault = (path: string, what: string) =>
  new Error(
    `This copy of Lima Workbench was changed after it was packaged: ${path} ${what}. ` +
      'It is not started. Install it again from a source that you trust.',
  );

/** All files that lie beside an archive, with their hashes. */
async function listedFiles(archive: string): Promise<Map<string, string>> {
  const { header, bytesOf } = await readArchive(archive);
  const listed = new Map<string, string>();
  addUnpacked(header, 'app.asar.unpacked', listed);
  const entry = entryAt(header, extraFilesPath);
  const extra = entry && (await bytesOf(entry));
  if (!extra || hashOf(extra) !== entry.integrity?.hash)
    throw fault(archive, 'has no list of files');
  const hashes: unknown = JSON.parse(extra.toString('utf8'));
  for (const [path, hash] of Object.entries(hashes ?? {})) listed.set(path, String(hash));
  return listed;
}

function addUnpacked(entry: ArchiveEntry, path: string, listed: Map<string, string>): void {
  for (const [name, child] of Object.entries(entry.files ?? {})) {
    const at = `${path}/${name}`;
    if (child.files) addUnpacked(child, at, listed);
    else if (child.unpacked === true) listed.set(at, child.integrity?.hash ?? '');
  }
}

const entryAt = (header: ArchiveEntry, path: string) =>
  path.split('/').reduce<ArchiveEntry | undefined>((entry, name) => entry?.files?.[name], header);

/** The header of an archive: four sizes in little endian, then JSON; the contents come after it. */
async function readArchive(path: string) {
  const file = await promises.open(path, 'r');
  try {
    const sizes = Buffer.alloc(16);
    await file.read(sizes, 0, 16, 0);
    const json = Buffer.alloc(sizes.readUInt32LE(12));
    await file.read(json, 0, json.length, 16);
    const start = 8 + sizes.readUInt32LE(4);
    const header: unknown = JSON.parse(json.toString('utf8'));
    if (!isFolder(header)) throw fault(path, 'has no list of files');
    return {
      header,
      bytesOf: async ({ offset = '0', size = 0 }: ArchiveEntry) => {
        const handle = await promises.open(path, 'r');
        try {
          const bytes = Buffer.alloc(size);
          await handle.read(bytes, 0, size, start + Number(offset));
          return bytes;
        } finally {
          await handle.close();
        }
      },
    };
  } finally {
    await file.close();
  }
}

// What the packager wrote there, Electron has checked.
const isFolder = (header: unknown): header is ArchiveEntry =>
  typeof header === 'object' && header !== null && 'files' in header;

async function filesBelow(folder: string, below = ''): Promise<string[]> {
  const entries = await promises.readdir(join(folder, below), { withFileTypes: true });
  const found = await Promise.all(
    entries.map((entry) => {
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      return entry.isDirectory() ? filesBelow(folder, path) : Promise.resolve([path]);
    }),
  );
  return found.flat();
}

async function compare(resources: string, path: string, hash: string): Promise<void> {
  const place = join(resources, ...path.split('/'));
  const stat = await promises.lstat(place).catch(() => undefined);
  if (!stat) throw fault(place, 'is missing');
  if (!stat.isFile()) throw fault(place, 'is no file any more');
  // Signing writes into programs and libraries after app.asar was made; macOS checks those itself.
  if (process.platform === 'darwin' && (await isMachO(place))) return;
  const actual =
    stat.size <= wholeBytes ? hashOf(await promises.readFile(place)) : await fileHash(place);
  if (actual !== hash) throw fault(place, 'differs');
}

const machO = new Set([0xfeedface, 0xfeedfacf, 0xcefaedfe, 0xcffaedfe, 0xcafebabe, 0xbebafeca]);

async function isMachO(path: string): Promise<boolean> {
  const file = await promises.open(path, 'r');
  try {
    const start = Buffer.alloc(4);
    const { bytesRead } = await file.read(start, 0, 4, 0);
    return bytesRead === 4 && machO.has(start.readUInt32BE(0));
  } finally {
    await file.close();
  }
}

const hashOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

async function fileHash(path: string): Promise<string> {
  const hash = createHash('sha256');
  const chunks: AsyncIterable<Buffer> = createReadStream(path, { highWaterMark: 2 ** 20 });
  for await (const chunk of chunks) hash.update(chunk);
  return hash.digest('hex');
}
