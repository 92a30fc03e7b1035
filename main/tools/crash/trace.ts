import { readFileSync } from 'node:fs';

/** One call that a process made, as record-io.c wrote it down. */
export type Operation =
  | { kind: 'create' | 'make-folder'; inode: string; path: string }
  | { kind: 'write'; inode: string; offset: number; data: Buffer }
  | { kind: 'truncate'; inode: string; size: number }
  | { kind: 'sync'; inode: string }
  | { kind: 'unlink'; path: string }
  | { kind: 'rename'; from: string; to: string }
  /** Not a change of a file: what the process told whoever waits for it. */
  | { kind: 'told'; text: string };

/** What was recorded, and the hash of the source that the recorder was made of. */
export interface Trace {
  sourceHash: string;
  operations: Operation[];
}

const headerBytes = 32;

/** Reads the records of one process. */
export function readTrace(path: string): Trace {
  const bytes = readFileSync(path);
  const trace: Trace = { sourceHash: '', operations: [] };
  for (let at = 0; at < bytes.length;) {
    const kind = String.fromCharCode(bytes.readUInt32LE(at));
    const textEnd = at + headerBytes + bytes.readUInt32LE(at + 4);
    const dataEnd = textEnd + Number(bytes.readBigUInt64LE(at + 24));
    const text = bytes.toString('utf8', at + headerBytes, textEnd);
    const inode = String(bytes.readBigUInt64LE(at + 8));
    const number = Number(bytes.readBigUInt64LE(at + 16));
    const data = bytes.subarray(textEnd, dataEnd);
    if (kind === 'H') trace.sourceHash = text;
    else trace.operations.push(toOperation(kind, { inode, number, text, data }));
    at = dataEnd;
  }
  return trace;
}

interface Fields {
  inode: string;
  number: number;
  text: string;
  data: Buffer;
}

function toOperation(kind: string, { inode, number, text, data }: Fields): Operation {
  if (kind === 'C') return { kind: 'create', inode, path: text };
  if (kind === 'M') return { kind: 'make-folder', inode, path: text };
  if (kind === 'W') return { kind: 'write', inode, offset: number, data };
  if (kind === 'T') return { kind: 'truncate', inode, size: number };
  if (kind === 'S') return { kind: 'sync', inode };
  if (kind === 'U') return { kind: 'unlink', path: text };
  if (kind === 'N') return { kind: 'rename', from: text, to: data.toString() };
  if (kind === 'A') return { kind: 'told', text: data.toString() };
  throw new Error(`The trace holds a record of the unknown kind ${kind}`);
}
