import { readSync } from 'node:fs';
import sevenZip, { type SevenZipModuleOptions } from '7z-wasm';
import { instantiate } from './program.ts';

/** The archive as 7-Zip sees it: the only file there is for it. */
export const archivePath = '/archive.7z';

/** Room for the largest dictionary that 7-Zip packs with by itself, and what is beside it. */
export const mostHeapBytes = 1024 ** 3;
const mostErrorCharacters = 4096;

/** An open file that is unpacked; `onRead` hears how many bytes were just read of it. */
export interface ArchiveInput {
  file: number;
  sizeBytes: number;
  onRead: (bytes: number) => void;
}

/** How a run ended. */
export interface SevenZipOutcome {
  /** 0 or 1 when all went well; `undefined` when it gave up in its midst. */
  exitCode: number | undefined;
  /** What it said is wrong, or why it gave up. */
  errors: string;
  /** It asked for more memory than it may have. */
  isOutOfMemory: boolean;
}

interface Imports {
  env: { emscripten_resize_heap: (bytes: number) => boolean };
}

interface LoadOptions extends Partial<SevenZipModuleOptions> {
  instantiateWasm(imports: Imports, done: (instance: object) => void): void;
}

/**
 * Runs 7-Zip in this thread with an archive that it reads by `input` alone. It has no other file
 * and no disk, whatever the archive names: what it writes goes to `onOutput`, whose bytes are its
 * memory and change afterwards.
 */
export async function runSevenZip(
  program: object,
  args: readonly string[],
  input: ArchiveInput,
  onOutput: (bytes: Buffer) => void,
): Promise<SevenZipOutcome> {
  const outcome: SevenZipOutcome = { exitCode: undefined, errors: '', isOutOfMemory: false };
  const module = await load(program, outcome);
  const { FS } = module;
  const attach = (path: string, minor: number, device: object) => {
    FS.registerDevice(FS.makedev(64, minor), device);
    FS.mkdev(path, 0o666, FS.makedev(64, minor));
  };
  attach(archivePath, 0, readingDevice(input));
  attach('/dev/output', 1, writingDevice(onOutput));
  attach(
    '/dev/errors',
    2,
    writingDevice((bytes) => addError(outcome, bytes.toString())),
  );
  FS.open('/dev/null', 'r');
  FS.open('/dev/output', 'w');
  FS.open('/dev/errors', 'w');
  try {
    const exitCode: unknown = module.callMain([...args]);
    if (typeof exitCode === 'number') outcome.exitCode = exitCode;
  } catch (error) {
    // What C++ throws arrives as a bare number.
    if (error instanceof Error) addError(outcome, error.message);
  }
  return outcome;
}

async function load(program: object, outcome: SevenZipOutcome) {
  const options: LoadOptions = {
    // The three standard streams are opened above, whole chunks at a time.
    noFSInit: true,
    print: () => undefined,
    printErr: (line) => addError(outcome, line),
    instantiateWasm: (imports, done) => {
      const grow = imports.env.emscripten_resize_heap;
      imports.env.emscripten_resize_heap = (bytes) => {
        outcome.isOutOfMemory ||= bytes >>> 0 > mostHeapBytes;
        return !outcome.isOutOfMemory && grow(bytes);
      };
      done(instantiate(program, imports));
    },
  };
  return await sevenZip.default(options);
}

function addError(outcome: SevenZipOutcome, text: string): void {
  outcome.errors = (outcome.errors + text).slice(0, mostErrorCharacters);
}

function writingDevice(take: (bytes: Buffer) => void) {
  return {
    write: (_stream: unknown, heap: Int8Array, offset: number, length: number) => {
      take(Buffer.from(heap.buffer, heap.byteOffset + offset, length));
      return length;
    },
  };
}

function readingDevice({ file, sizeBytes, onRead }: ArchiveInput) {
  return {
    read: (_stream: unknown, heap: Int8Array, offset: number, length: number, at: number) => {
      const wanted = Math.min(length, sizeBytes - at);
      if (wanted <= 0) return 0;
      const count = readSync(file, heap, offset, wanted, at);
      onRead(count);
      return count;
    },
    llseek: (stream: { position: number }, offset: number, whence: number) => {
      const from = [0, stream.position, sizeBytes][whence] ?? 0;
      return Math.max(0, from + offset);
    },
  };
}
