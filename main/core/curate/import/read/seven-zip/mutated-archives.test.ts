import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { seededUniform } from '../../../../../../shared/domain/seeded-uniform.ts';
import { FixtureFolder } from '../../../testing/import-fixtures.ts';
import { makeArchive } from '../../../testing/make-archive.ts';
import { ImportError } from '../../sample/import-error.ts';
import { UnpackedPosts } from './unpacked-posts.ts';

const mutationsOfEach = 50;
const patienceMs = 20_000;
const headerBytes = 32;

/** Text whose every part packs as well as any other. */
const text = Buffer.from(
  Array.from({ length: 6000 }, (_, index) =>
    createHash('md5').update(String(index)).digest('hex'),
  ).join('\n'),
);

interface Outcome {
  bytes: Buffer;
  damage: string | undefined;
  refusal: Error | undefined;
}

async function read(path: string, sizeBytes: number): Promise<Outcome> {
  const posts = new UnpackedPosts(path, sizeBytes);
  const chunks: Buffer[] = [];
  let refusal: Error | undefined;
  try {
    for await (const chunk of posts.chunks()) chunks.push(chunk);
  } catch (error) {
    refusal = error instanceof Error ? error : new Error(String(error));
  }
  return { bytes: Buffer.concat(chunks), damage: posts.damage, refusal };
}

interface Mutation {
  changed: Buffer;
  at: number;
  /** The table of contents is as it was. */
  isReadable: boolean;
}

/** Some bytes changed, in place or so that what follows moves; `at` is the first of them. */
function mutate(archive: Buffer, random: () => number): Mutation {
  const at = Math.floor(random() * archive.length);
  const length = 1 + Math.floor(random() * random() * 200);
  const [before, after] = [archive.subarray(0, at), archive.subarray(at + length)];
  const noise = Buffer.from(Array.from({ length }, () => Math.floor(random() * 256)));
  const ways: (() => Buffer)[] = [
    () => {
      const flipped = Buffer.from(archive);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << Math.floor(random() * 8));
      return flipped;
    },
    () => Buffer.concat([before, noise, after]).subarray(0, archive.length),
    () => Buffer.concat([before, Buffer.alloc(length), after]).subarray(0, archive.length),
    () => Buffer.concat([before, after]),
    () => Buffer.concat([before, noise, archive.subarray(at)]),
    () => before,
  ];
  // Most of them in place: the others are found out by the length alone.
  const way = ways[Math.floor(random() * random() * ways.length)] ?? (() => archive);
  const changed = Buffer.from(way());
  const isReadable =
    changed.length === archive.length && at >= headerBytes && at + length <= endOfText(archive);
  return { changed, at, isReadable };
}

const endOfText = (archive: Buffer) => headerBytes + Number(archive.readBigUInt64LE(12));

/** How much of the text must have come when the archive is as it was up to `at`. */
function certainBytes(method: string, archive: Buffer, at: number): number {
  const packedBytes = endOfText(archive) - headerBytes;
  const share = Math.min(1, Math.max(0, at - headerBytes) / packedBytes);
  // Copied text comes to the byte; the others hold some of it back, BZip2 a whole block.
  if (method === 'Copy') return Math.floor(text.length * share);
  return method === 'BZip2' ? 0 : Math.floor(text.length * share - 4096);
}

/** What is wrong with how a mutation was read; `undefined` when nothing is. */
function faultOf(
  { bytes, damage, refusal }: Outcome,
  certain: number,
  isReadable: boolean,
): string | undefined {
  if (refusal !== undefined) {
    if (isReadable && certain > 0) return 'it is refused though its start can be read';
    const isTold = refusal instanceof ImportError && refusal.code.startsWith('FILE_');
    return isTold ? undefined : `it ends with ${refusal.message}`;
  }
  if (damage === undefined && !bytes.equals(text)) return 'its text differs and it does not say so';
  if (bytes.length < certain) return `it gives ${bytes.length} bytes of at least ${certain}`;
  const isKept = bytes.subarray(0, certain).equals(text.subarray(0, certain));
  return isKept ? undefined : 'what came before differs';
}

test.each(['LZMA', 'BZip2', 'PPMd', 'Copy'])(
  `${mutationsOfEach} mutations of an archive (%s) are refused or read as far as they are whole`,
  async (method) => {
    using folder = new FixtureFolder();
    const archive = await makeArchive({ 'Posts.xml': text }, [`-m0=${method}`, '-mx=1']);
    const random = seededUniform(20_261_128);
    const faults: string[] = [];
    let damaged = 0;
    for (let number = 0; number < mutationsOfEach; number++) {
      const { changed, at, isReadable } = mutate(archive, random);
      const path = folder.write('mutated.7z', changed);
      const outcome = await Promise.race([
        read(path, changed.length),
        sleep(patienceMs, undefined, { ref: false }),
      ]);
      const certain = Math.max(0, certainBytes(method, archive, at));
      const fault = outcome ? faultOf(outcome, certain, isReadable) : 'nothing comes of it';
      if (fault !== undefined) faults.push(`mutation ${number} at ${at}: ${fault}`);
      if (outcome?.damage !== undefined && outcome.bytes.length > 0) damaged++;
    }
    expect(faults).toEqual([]);
    // The mutations are such that a part of the text is there to be kept.
    expect(damaged).toBeGreaterThan(5);
  },
  mutationsOfEach * patienceMs,
);
