import { createHash } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { compressFixture, FixtureFolder } from '../../testing/import-fixtures.ts';
import { ByteSource } from './byte-source.ts';

// Text that compresses a little and is longer than any buffer on the way.
const long = Buffer.from(
  Array.from({ length: 40_000 }, (_, index) =>
    createHash('md5').update(String(index)).digest('hex'),
  ).join('\n'),
);

async function readAll(path: string) {
  const source = await ByteSource.open(path);
  const chunks: Buffer[] = [];
  for await (const chunk of source.chunks()) chunks.push(chunk);
  return { source, bytes: Buffer.concat(chunks) };
}

test.each(['plain', 'gzip', 'zstd'] as const)(
  'a %s file is read whole whatever its name, and progress counts its own bytes',
  async (compression) => {
    using folder = new FixtureFolder();
    const compressed = compressFixture(long, compression);
    const { source, bytes } = await readAll(folder.write('data.json', compressed));
    expect(bytes.equals(long)).toBe(true);
    expect(source.damage).toBeUndefined();
    expect([source.bytesRead, source.totalBytes]).toEqual([compressed.length, compressed.length]);
  },
);

test.each(['gzip', 'zstd'] as const)(
  'every member or frame of a %s file is read, not only the first',
  async (compression) => {
    using folder = new FixtureFolder();
    const members = [long, Buffer.from('-second-'), Buffer.alloc(0), long];
    const compressed = Buffer.concat(members.map((member) => compressFixture(member, compression)));
    const { source, bytes } = await readAll(folder.write('members', compressed));
    expect(bytes.equals(Buffer.concat(members))).toBe(true);
    expect(source.damage).toBeUndefined();
  },
);

test.each(['gzip', 'zstd'] as const)(
  'a cut off %s file is reported and what was readable is kept',
  async (compression) => {
    using folder = new FixtureFolder();
    const compressed = compressFixture(long, compression);
    const cut = compressed.subarray(0, Math.floor(compressed.length * 0.8));
    const { source, bytes } = await readAll(folder.write('cut', cut));
    expect(source.damage).toMatch(/cut off or corrupt/);
    expect(bytes.length).toBeGreaterThan(long.length * 0.6);
    expect(bytes.equals(long.subarray(0, bytes.length))).toBe(true);
  },
);

test.each([
  ['nothing but zeros', Buffer.alloc(600), /^none$/],
  ['other bytes', Buffer.from('and so on'), /unexpected end of file|no gzip/],
  ['many other bytes', Buffer.alloc(400_000, 'x'), /what follows it is no gzip/],
])('all of a gzip file is read when %s follow it', async (_, tail, damage) => {
  using folder = new FixtureFolder();
  const named = Buffer.from('1f8b08080000000000036100', 'hex');
  // The same member behind a header with a name in it, as gzip writes it.
  const member = Buffer.concat([named, compressFixture(long, 'gzip').subarray(10)]);
  const { source, bytes } = await readAll(folder.write('tail.gz', Buffer.concat([member, tail])));
  expect(bytes.equals(long)).toBe(true);
  expect(source.damage ?? 'none').toMatch(damage);
});

test('what a gzip file holds is kept though its checksum differs', async () => {
  using folder = new FixtureFolder();
  const compressed = compressFixture(Buffer.from('short'), 'gzip');
  compressed[compressed.length - 8] = (compressed.at(-8) ?? 0) ^ 1;
  const { source, bytes } = await readAll(folder.write('sum.gz', compressed));
  expect(bytes.toString()).toBe('short');
  expect(source.damage).toMatch(/incorrect data check/);
});

test('an archive or UTF-32 text is refused by name instead of being read as garbage', async () => {
  using folder = new FixtureFolder();
  const archive = folder.write('Posts.zip', Buffer.from('504b030414000000', 'hex'));
  await expect(ByteSource.open(archive)).rejects.toThrow(/ZIP archive.*unpack/);
  const twice = compressFixture(Buffer.from('377abcaf271c0004', 'hex'), 'gzip');
  await expect(ByteSource.open(folder.write('Posts.gz', twice))).rejects.toThrow(
    /Posts\.gz is a 7-Zip archive\. .*unpack/,
  );
  const tar = folder.write('a.tar', `${'a.jsonl'.padEnd(257, '\0')}ustar`);
  await expect(ByteSource.open(tar)).rejects.toThrow(/is a tar archive/);
  const wide = folder.write('wide.jsonl', Buffer.from('7b0000002200000061000000', 'hex'));
  await expect(ByteSource.open(wide)).rejects.toThrow(/UTF-32 text/);
});

test('a folder and a missing file say which path and why', async () => {
  using folder = new FixtureFolder();
  await expect(ByteSource.open(folder.path)).rejects.toMatchObject({
    code: 'FILE_UNREADABLE',
    message: expect.stringContaining(folder.path),
  });
  await expect(ByteSource.open(`${folder.path}/none`)).rejects.toMatchObject({
    code: 'FILE_NOT_FOUND',
    message: expect.stringContaining('/none'),
  });
});

test('what is added to a file while it is read is left out', async () => {
  using folder = new FixtureFolder();
  const path = folder.write('growing.jsonl', 'x'.repeat(1_000_000));
  const source = await ByteSource.open(path);
  let bytes = 0;
  for await (const chunk of source.chunks()) {
    bytes += chunk.length;
    appendFileSync(path, chunk);
  }
  expect([bytes, source.bytesRead, source.totalBytes]).toEqual([1_000_000, 1_000_000, 1_000_000]);
});
