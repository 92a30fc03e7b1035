import { closeSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';
import { z } from 'zod';
import {
  scannedDumpSchema,
  type Candidate,
  type CandidatePlace,
  type ScannedDump,
} from '../../../../shared/domain/selection/candidate.ts';
import { byteAt, putByte, type JoinedPost } from './post-join.ts';

/** Goes up with every change of what a scan measures: older scans are then made again. */
export const scanVersion = 2;

const fields = 13;
const marksField = 7;
const blockRecords = 4096;
const headBytes = 64 * 1024;

const headSchema = z.object({ limaScan: z.literal(scanVersion), dump: scannedDumpSchema });

/** A candidate and where it stands in the dump. */
export type PlacedCandidate = Candidate & CandidatePlace;

/**
 * Writes candidates into a file of 52 bytes each behind a head of 64 KiB with what the scan counted.
 * The file takes its name when it is whole: one that a crash left behind is never read.
 */
export class CandidateWriter implements Disposable {
  readonly #path: string;
  readonly #partPath: string;
  readonly #block = new Int32Array(fields * blockRecords);
  #used = 0;
  #endByte = headBytes;
  #file: number | undefined;

  constructor(path: string) {
    this.#path = path;
    this.#partPath = `${path}.part`;
    this.#file = openSync(this.#partPath, 'w');
    writeWhole(this.#file, Buffer.alloc(headBytes, ' '), 0);
  }

  /** Adds a pair; they come by question id. */
  add({ question, answer }: JoinedPost): void {
    const at = this.#used;
    const block = this.#block;
    block[at] = question.id;
    block[at + 1] = answer.id;
    block[at + 2] = question.score;
    block[at + 3] = answer.score;
    block[at + 4] = answer.htmlCharacters;
    block[at + 5] = answer.textCharacters;
    block[at + 6] = question.titleCharacters;
    block[at + marksField] = question.marks | answer.marks;
    putByte(block, at + 8, question.byte);
    putByte(block, at + 10, answer.byte);
    block[at + 12] = answer.line;
    this.#used += fields;
    if (this.#used === block.length) this.#flush();
  }

  /** Writes the head and gives the file its name. */
  finish(dump: ScannedDump): void {
    this.#flush();
    const head = Buffer.from(`${JSON.stringify({ limaScan: scanVersion, dump })}\n`);
    if (head.length > headBytes) throw new Error(`The head of ${this.#path} is too long`);
    if (this.#file !== undefined) {
      writeWhole(this.#file, head, 0);
      closeSync(this.#file);
    }
    this.#file = undefined;
    renameSync(this.#partPath, this.#path);
  }

  [Symbol.dispose](): void {
    if (this.#file === undefined) return;
    closeSync(this.#file);
    this.#file = undefined;
    rmSync(this.#partPath, { force: true });
  }

  #flush(): void {
    const { buffer, byteOffset } = this.#block;
    const bytes = new Uint8Array(buffer, byteOffset, this.#used * Int32Array.BYTES_PER_ELEMENT);
    if (this.#file !== undefined) writeWhole(this.#file, bytes, this.#endByte);
    this.#endByte += bytes.length;
    this.#used = 0;
  }
}

/** A full disk may take a part of what it is given, and only then say that it is full. */
function writeWhole(file: number, bytes: Uint8Array, at: number): void {
  for (let done = 0; done < bytes.length;)
    done += writeSync(file, bytes, done, bytes.length - done, at + done);
}

/** What a scan counted; `undefined` for a file that this version did not write. */
export function readDump(path: string): ScannedDump | undefined {
  const file = openSync(path, 'r');
  try {
    const head = Buffer.alloc(headBytes);
    const read = readSync(file, head, 0, headBytes, 0);
    const end = head.indexOf('\n');
    if (read < headBytes || end === -1) return undefined;
    return headSchema.safeParse(parsed(head.toString('utf8', 0, end))).data?.dump;
  } finally {
    closeSync(file);
  }
}

/** The candidates of a scan by question id, a block at a time. */
export function* readCandidates(path: string): Generator<PlacedCandidate> {
  const file = openSync(path, 'r');
  const block = new Int32Array(fields * blockRecords);
  try {
    for (let byte = headBytes; ; byte += block.byteLength) {
      const read = readSync(file, block, 0, block.byteLength, byte);
      const numbers = read / 4;
      for (let at = 0; at + fields <= numbers; at += fields) yield candidateAt(block, at);
      if (read < block.byteLength) return;
    }
  } finally {
    closeSync(file);
  }
}

/** Stores other marks for the candidates of which `marksOf` gives some, in place. */
export function changeMarks(
  path: string,
  marksOf: (candidate: PlacedCandidate) => number | undefined,
): void {
  const file = openSync(path, 'r+');
  const block = new Int32Array(fields * blockRecords);
  try {
    for (let byte = headBytes; ; byte += block.byteLength) {
      const read = readSync(file, block, 0, block.byteLength, byte);
      let isChanged = false;
      for (let at = 0; at + fields <= read / 4; at += fields) {
        const marks = marksOf(candidateAt(block, at));
        if (marks === undefined) continue;
        block[at + marksField] = marks;
        isChanged = true;
      }
      if (isChanged) writeWhole(file, new Uint8Array(block.buffer, 0, read), byte);
      if (read < block.byteLength) return;
    }
  } finally {
    closeSync(file);
  }
}

function candidateAt(block: Int32Array, at: number): PlacedCandidate {
  return {
    questionId: block[at] ?? 0,
    answerId: block[at + 1] ?? 0,
    questionScore: block[at + 2] ?? 0,
    answerScore: block[at + 3] ?? 0,
    htmlCharacters: block[at + 4] ?? 0,
    textCharacters: block[at + 5] ?? 0,
    titleCharacters: block[at + 6] ?? 0,
    marks: block[at + marksField] ?? 0,
    questionByte: byteAt(block, at + 8),
    answerByte: byteAt(block, at + 10),
    answerLine: block[at + 12] ?? 0,
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
