import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { FixtureFolder } from '../../../testing/import-fixtures.ts';
import { makeArchive, type ArchiveContent } from '../../../testing/make-archive.ts';
import { ByteSource } from '../byte-source.ts';
import { UnpackedPosts } from './unpacked-posts.ts';

/** Text that compresses a little and is longer than what is unpacked ahead. */
const rows = (count: number) =>
  Array.from({ length: count }, (_, index) => {
    const hash = createHash('md5').update(String(index)).digest('hex');
    return `  <row Id="${index}" Title="${hash} ☕" />\n`;
  }).join('');
const posts = Buffer.from(`\uFEFF<posts>\n${rows(80_000)}</posts>\n`);
const fewer = Buffer.from(`\uFEFF<posts>\n${rows(20_000)}</posts>\n`);
const short = '<posts>\n  <row Id="1" />\n</posts>\n';

async function read(folder: FixtureFolder, archive: Buffer, name = 'coffee.7z') {
  const source = await ByteSource.open(folder.write(name, archive));
  const chunks: Buffer[] = [];
  const readBytes: number[] = [];
  for await (const chunk of source.chunks()) {
    chunks.push(chunk);
    readBytes.push(source.bytesRead);
  }
  return { source, bytes: Buffer.concat(chunks), readBytes };
}

async function refusal(content: ArchiveContent, args: string[] = [], name?: string) {
  using folder = new FixtureFolder();
  const archive = await makeArchive(content, args);
  return await read(folder, archive, name).then(
    () => 'it was read',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
}

const bytesReadByProcess = () =>
  Number(/^rchar: (\d+)/.exec(readFileSync('/proc/self/io', 'utf8'))?.[1]);

describe('the Posts.xml of an archive', () => {
  test.each(['LZMA', 'LZMA2', 'BZip2', 'PPMd', 'Deflate', 'Copy'])(
    'packed with %s is read whole between other files, and progress goes to the end',
    async (method) => {
      using folder = new FixtureFolder();
      const content = { 'Badges.xml': rows(5000), 'Posts.xml': posts, 'Users.xml': rows(5000) };
      const archive = await makeArchive(content, [`-m0=${method}`, '-mx=1']);
      const { source, bytes, readBytes } = await read(folder, archive);
      expect(bytes.equals(posts)).toBe(true);
      expect(source.damage).toBeUndefined();
      expect(source.unpackedBytes).toBe(posts.length);
      expect(readBytes).toEqual(readBytes.toSorted((a, b) => a - b));
      expect(readBytes[0]).toBeLessThan(archive.length);
      expect([source.bytesRead, source.totalBytes]).toEqual([archive.length, archive.length]);
    },
  );

  test.each([
    ['Posts.xml', []],
    ['posts.XML', []],
    ['dump/coffee/Posts.xml', []],
    ['Posts.xml', ['-ms=off', '-mhc=off']],
  ])('is found as %s (%j)', async (path, args) => {
    using folder = new FixtureFolder();
    const content = { 'PostHistory.xml': 'no', 'Posts.xml.bak': 'no', [path]: short };
    const { bytes } = await read(folder, await makeArchive(content, args));
    expect(bytes.toString()).toBe(short);
  });

  test.skipIf(process.platform !== 'linux')('is reached once, whatever is before it', async () => {
    using folder = new FixtureFolder();
    const content = { 'Comments.xml': randomBytes(6_000_000), 'Posts.xml': short };
    const archive = await makeArchive(content, ['-m0=LZMA2', '-mx=1']);
    const before = bytesReadByProcess();
    const { bytes } = await read(folder, archive);
    expect(bytes.toString()).toBe(short);
    const readBytes = bytesReadByProcess() - before;
    expect(readBytes).toBeGreaterThan(0.9 * archive.length);
    expect(readBytes).toBeLessThan(1.7 * archive.length);
  });

  test.skipIf(process.platform !== 'linux')('is not unpacked far ahead of its reader', async () => {
    using folder = new FixtureFolder();
    const archive = await makeArchive({ 'Posts.xml': Buffer.alloc(40_000_000, 'x') }, ['-m0=Copy']);
    const path = folder.write('slow.7z', archive);
    const chunks = new UnpackedPosts(path, archive.length).chunks();
    await chunks.next();
    const before = bytesReadByProcess();
    await sleep(1000);
    expect(bytesReadByProcess() - before).toBeLessThan(10_000_000);
    for await (const _ of chunks);
    expect(bytesReadByProcess() - before).toBeGreaterThan(30_000_000);
  });
});

describe('an archive that is something else is refused with what it is', () => {
  test('one without a Posts.xml says what it has', async () => {
    expect(await refusal({ 'Users.xml': 'x', 'sub/Tags.xml': 'y' })).toMatch(
      /coffee\.7z is a 7-Zip archive without a Posts\.xml: it has .*"Users\.xml".*import the file/,
    );
    const many = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`${index}`, 'x']));
    expect(await refusal(many)).toMatch(/"0", .* and 28 more\. /);
    expect(await refusal({})).toMatch(/is an empty 7-Zip archive/);
  });

  test('one with two of them, or with a link or a folder of that name', async () => {
    const twice = { 'a/Posts.xml': short, 'b/posts.xml': short };
    expect(await refusal(twice)).toMatch(/Posts\.xml more than once: unpack it/);
    const link = { 'Posts.xml': { link: '../../../etc/passwd' }, 'x.xml': 'x' };
    expect(await refusal(link)).toMatch(/a folder or a link/);
    expect(await refusal({ 'Posts.xml/inside.txt': 'x' })).toMatch(/more than once|a folder/);
  });

  test.each([
    ['its text', ['-psecret']],
    ['its names too', ['-psecret', '-mhe']],
  ])('one that encrypts %s', async (_, args) => {
    expect(await refusal({ 'Posts.xml': short }, args)).toMatch(
      /coffee\.7z is an encrypted 7-Zip archive\. Unpack it with its password/,
    );
  });

  test('one that is cut off, or a volume of one', async () => {
    using folder = new FixtureFolder();
    const archive = await makeArchive({ 'Posts.xml': posts }, ['-m0=Copy']);
    const half = archive.subarray(0, archive.length / 2);
    await expect(read(folder, half)).rejects.toThrow(
      /coffee\.7z is a 7-Zip archive that is cut off: it has [\d,]+ bytes of at least [\d,]+/,
    );
    await expect(read(folder, archive.subarray(0, 20))).rejects.toThrow(/is cut off/);
    for (const [name, part] of [
      ['coffee.7z.001', half],
      ['coffee.7z.002', archive.subarray(archive.length / 2)],
    ] as const)
      await expect(read(folder, part, name)).rejects.toThrow(
        /coffee\.7z\.00\d is one of several volumes of a 7-Zip archive\. Put them together/,
      );
  });

  test('one with a table of contents that makes no sense', async () => {
    using folder = new FixtureFolder();
    const archive = await makeArchive({ 'Posts.xml': short }, ['-mhc=off']);
    archive.fill(0x55, archive.length - 40);
    await expect(read(folder, archive)).rejects.toThrow(/coffee\.7z cannot be read: .*corrupt/);
  });
});

describe('a damaged archive', () => {
  test.each(['LZMA', 'BZip2', 'PPMd'])('(%s) keeps what came before', async (method) => {
    using folder = new FixtureFolder();
    const archive = await makeArchive({ 'Posts.xml': fewer }, [`-m0=${method}`, '-mx=1']);
    const at = Math.floor(archive.length * 0.7);
    archive.fill(0x55, at, at + 64);
    const { source, bytes } = await read(folder, archive);
    expect(source.damage).toMatch(/cut off or corrupt|checksum \(CRC\) differs/);
    expect(bytes.length).toBeGreaterThan(fewer.length * 0.5);
    const same = Math.floor(fewer.length * 0.5);
    expect(bytes.subarray(0, same).equals(fewer.subarray(0, same))).toBe(true);
  });

  test('whose checksum alone differs is read whole, and says so', async () => {
    using folder = new FixtureFolder();
    const archive = await makeArchive({ 'Posts.xml': fewer }, ['-m0=Copy']);
    const at = archive.indexOf('☕');
    archive.write('tea', at);
    const { source, bytes } = await read(folder, archive);
    expect(source.damage).toMatch(/checksum \(CRC\) differs/);
    expect(bytes.length).toBe(fewer.length);
  });
});

test('a bomb is refused by how it grows', async () => {
  using folder = new FixtureFolder();
  const archive = await makeArchive({ 'Posts.xml': Buffer.alloc(80_000_000, '\n') }, ['-mx=1']);
  await expect(read(folder, archive, 'bomb.7z')).rejects.toThrow(
    /it unpacks to \d.* times what was read of it.*use the plain file/,
  );
});

/** Changes bytes of an archive whose header is plain to as many others, and its sums with them. */
function change(archive: Buffer, from: Buffer, to: Buffer): void {
  const start = 32 + Number(archive.readBigUInt64LE(12));
  const at = archive.indexOf(from, start);
  if (at === -1 || from.length !== to.length) throw new Error('it cannot be changed like that');
  to.copy(archive, at);
  archive.writeUInt32LE(crc32(archive.subarray(start)), 28);
  archive.writeUInt32LE(crc32(archive.subarray(12, 32)), 8);
}

test('one that takes more memory than there is for it is refused', async () => {
  using folder = new FixtureFolder();
  const archive = await makeArchive({ 'Posts.xml': short }, ['-m0=LZMA', '-mhc=off']);
  // Its dictionary of 4 KiB becomes one of 1.5 GiB.
  change(archive, Buffer.from('5d00100000', 'hex'), Buffer.from('5d00000060', 'hex'));
  await expect(read(folder, archive)).rejects.toThrow(
    /coffee\.7z cannot be read: it takes more than 1\.0 GiB of memory to unpack: unpack it first/,
  );
});

test('nothing is written to disk, whatever paths and links an archive names', async () => {
  using folder = new FixtureFolder();
  const content = { 'up/Posts.xml': short, 'link.xml': { link: folder.path }, 'sub/evil.xml': 'x' };
  const archive = await makeArchive(content, ['-mhc=off']);
  const rename = (from: string, to: string) =>
    change(archive, Buffer.from(from, 'utf16le'), Buffer.from(to, 'utf16le'));
  rename('up/Posts.xml', '../Posts.xml');
  rename('sub/evil.xml', '/tmp/evil.xm');
  const { bytes } = await read(folder, archive);
  expect(bytes.toString()).toBe(short);
  expect(readdirSync(folder.path)).toEqual(['coffee.7z']);
  expect(existsSync('/tmp/evil.xm')).toBe(false);
});
