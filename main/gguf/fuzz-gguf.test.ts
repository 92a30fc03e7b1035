import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { modelPartPaths } from '../../shared/domain/model/model-parts.ts';
import { modelInfo } from './model/model-info.ts';
import { isMappable, requireRunnable } from './check/require-runnable.ts';
import { GgufError } from './header/gguf-error.ts';
import { getString, getStrings, type GgufFile } from './header/gguf-file.ts';
import { readGguf } from './read-gguf.ts';
import { damagedBytes } from './testing/damaged-bytes.ts';
import { changedAtRandom } from './testing/random-change.ts';
import { encodeRawGguf, entry, type RawGguf, u32 } from './testing/raw-gguf.ts';
import { seededRandom } from './testing/seeded-random.ts';
import { validGgufs } from './testing/valid-gguf.ts';

/** Set them to look longer and elsewhere: `LIMA_FUZZ_FILES=100000` takes about five minutes. */
const fileCount = Number(process.env['LIMA_FUZZ_FILES'] ?? 800);
const seed = Number(process.env['LIMA_FUZZ_SEED'] ?? 1);

const folder = mkdtempSync(join(tmpdir(), 'lima-fuzz-'));
afterAll(() => rmSync(folder, { recursive: true }));
const whole = join(folder, 'whole.gguf');
const partPaths = modelPartPaths(join(folder, 'part-00001-of-00003.gguf'));

const u16 = (value: number) => u32(value).subarray(0, 2);

/** The same model in three files: the first has the metadata, each some of the tensors. */
function parts(raw: RawGguf): Buffer[] {
  const cuts = [0, 1, 2, raw.tensors.length];
  const base = (index: number) => raw.tensors[cuts[index] ?? 0]?.offset ?? BigInt(raw.dataBytes);
  return partPaths.map((_, index) => {
    const split = [
      entry('split.no', 2, u16(index)),
      entry('split.count', 2, u16(partPaths.length)),
      entry('split.tensors.count', 5, u32(raw.tensors.length)),
    ];
    const tensors = raw.tensors.slice(cuts[index], cuts[index + 1]);
    const isLast = index + 1 === partPaths.length;
    const end = isLast ? BigInt(raw.dataBytes) : base(index + 1);
    return encodeRawGguf({
      ...raw,
      entries: index === 0 ? [...raw.entries, ...split] : split,
      tensors: tensors.map((tensor) => ({ ...tensor, offset: tensor.offset - base(index) })),
      dataBytes: Number(end - base(index)),
    });
  });
}

/** What is read of a header afterwards, by whoever lists, trains or runs the model. */
function use(file: GgufFile): void {
  for (const { name, offsetBytes, sizeBytes, part } of file.tensors) {
    const end = file.parts[part]?.sizeBytes ?? 0;
    if (offsetBytes + sizeBytes > end) throw new Error(`${name} ends beyond byte ${end}`);
  }
  modelInfo(file);
  isMappable(file);
  getString(file, 'tokenizer.chat_template');
  getStrings(file, 'tokenizer.ggml.tokens');
  requireRunnable(file);
}

/** Undefined where a file is used, else the words that refuse it; anything else is thrown. */
async function refusalOf(path: string): Promise<string | undefined> {
  try {
    use(await readGguf(path));
    return undefined;
  } catch (error) {
    if (error instanceof GgufError) return error.message;
    throw error;
  }
}

const kinds = Object.entries(validGgufs);
const plain = validGgufs['byte-level F32'] ?? expect.fail('There is no plain model');

/** Writes one damaged file and gives its path, with what was done to it. */
function damaged(number: number): { path: string; what: string } {
  const draw = seededRandom(seed * 1_000_003 + number);
  const [kind, build] = kinds[draw(kinds.length)] ?? ['minimal', plain];
  const way = draw(3);
  if (way === 0) {
    writeFileSync(whole, changedAtRandom(build(), draw));
    return { path: whole, what: `${kind}, fields changed` };
  }
  if (way === 1) {
    const { name, bytes } = damagedBytes(encodeRawGguf(build()), draw);
    writeFileSync(whole, bytes);
    return { path: whole, what: `${kind}, ${name}` };
  }
  const made = parts(plain());
  const hit = draw(made.length);
  const { name, bytes } = damagedBytes(made[hit] ?? Buffer.alloc(0), draw);
  for (const [index, part] of made.entries())
    writeFileSync(partPaths[index] ?? '', index === hit ? bytes : part);
  return { path: partPaths[draw(made.length)] ?? '', what: `part ${hit + 1} of 3, ${name}` };
}

test('what all damaged parts derive from is accepted', async () => {
  for (const [index, bytes] of parts(plain()).entries())
    writeFileSync(partPaths[index] ?? '', bytes);
  expect(await refusalOf(partPaths[2] ?? '')).toBeUndefined();
});

// `npm run corpus -- FOLDER --mutate 1000 --seed S` does the same to real files, one process for each.
test('a file that was damaged in any way is used, or refused by a sentence that names it', async () => {
  let used = 0;
  const unnamed: string[] = [];
  for (let number = 1; number <= fileCount; number++) {
    const { path, what } = damaged(number);
    const words = await refusalOf(path).catch((error: unknown) => {
      throw new Error(`seed ${seed}, file ${number}: ${what}`, { cause: error });
    });
    if (words === undefined) used += 1;
    else if (words.length < 40 || !/[.!?]$/.test(words)) unnamed.push(`${what}: ${words}`);
  }
  expect(unnamed).toEqual([]);
  process.stdout.write(`of ${fileCount} damaged GGUF files ${fileCount - used} were refused\n`);
  expect(used).toBeGreaterThan(fileCount / 50);
  expect(used).toBeLessThan(fileCount);
}, 3_600_000);
