import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { loggedRequestSchema, type LoggedRequest } from '../../../shared/contract/network.ts';
import { readInputFileSync } from '../../input-files/input-file.ts';
import { appendSideFile } from '../../side-files/side-file.ts';

const mostBytes = 64 * 1024 * 1024;
const ownerOnly = 0o600;

const sentSchema = loggedRequestSchema
  .omit({ ms: true, status: true, receivedBytes: true, error: true })
  .extend({ id: z.string() });
const endedSchema = loggedRequestSchema
  .pick({ ms: true, status: true, receivedBytes: true, error: true })
  .extend({ id: z.string() });
/** At the top of a file that follows another: requests noted in all files before it. */
const earlierSchema = z.object({ earlier: z.number().int() });
const lineSchema = z.union([sentSchema, endedSchema, earlierSchema]);
type LogLine = z.infer<typeof lineSchema>;

type SentRequest = Omit<z.infer<typeof sentSchema>, 'id'>;
type EndedRequest = Omit<z.infer<typeof endedSchema>, 'id'>;

/**
 * Every request of one project from this machine, two lines each: one before it is sent, without
 * which it is not sent, and one when it ended. Rolled over at 16 MB: the newest two files are kept,
 * and how many requests the others had.
 */
export class RequestLog {
  readonly path: string;
  readonly #folder: string;

  readonly #rollOverBytes: number;

  constructor(userDataDir: string, uuid: string, rollOverBytes = 16 * 1024 * 1024) {
    this.#rollOverBytes = rollOverBytes;
    this.#folder = join(userDataDir, 'network');
    // A project file may say any id: it must lead nowhere.
    const name = createHash('sha256').update(uuid).digest('hex').slice(0, 32);
    this.path = join(this.#folder, `${name}.jsonl`);
  }

  /** Notes that a request is about to be sent; the function that comes back notes how it ended. */
  begin(request: SentRequest): (end: EndedRequest) => void {
    const id = randomUUID();
    this.#append({ id, ...request });
    return (end) => this.#append({ id, ...end });
  }

  /** How many requests there were, those of files that are gone too. */
  count(): number {
    const own = requestsIn(this.path);
    return own.earlier ?? requestsIn(this.#olderPath).all + own.all;
  }

  /** How many requests there were, and the newest of them, the newest first. */
  read(limit: number): { total: number; requests: LoggedRequest[] } {
    const ends = new Map<string, LogLine>();
    const requests: LoggedRequest[] = [];
    for (const line of newestLines([this.path, this.#olderPath])) {
      if ('earlier' in line) continue;
      if (!('atMs' in line)) ends.set(line.id, line);
      else
        requests.push(loggedRequestSchema.parse({ ...line, ...unanswered, ...ends.get(line.id) }));
      if (requests.length >= limit) break;
    }
    return { total: this.count(), requests };
  }

  get #olderPath(): string {
    return `${this.path}.1`;
  }

  #append(line: object): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    const sizeBytes = statSync(this.path, { throwIfNoEntry: false })?.size ?? 0;
    if (sizeBytes > this.#rollOverBytes) this.#rollOver();
    appendSideFile(this.path, `${JSON.stringify(line)}\n`, ownerOnly);
  }

  #rollOver(): void {
    const earlier = this.count();
    renameSync(this.path, this.#olderPath);
    appendSideFile(this.path, `${JSON.stringify({ earlier })}\n`, ownerOnly);
  }
}

const unanswered = { ms: null, status: null, receivedBytes: 0, error: null };

const begins = Buffer.from('"atMs":');

/** Requests noted in a file, counted without reading each; with those before it where it says so. */
function requestsIn(path: string): { all: number; earlier?: number } {
  const bytes = bytesOf(path);
  let all = 0;
  for (let at = bytes.indexOf(begins); at >= 0; at = bytes.indexOf(begins, at + begins.length))
    all += 1;
  const [first = ''] = bytes.subarray(0, 100).toString('utf8').split('\n', 1);
  const line = lineOf(first);
  return { all, ...(line && 'earlier' in line && { earlier: line.earlier + all }) };
}

/** The lines of files, newest first, the newest file first; what is no line of a log is left out. */
function* newestLines(paths: readonly string[]): Generator<LogLine> {
  for (const path of paths)
    for (const text of bytesOf(path).toString('utf8').split('\n').toReversed()) {
      const line = lineOf(text);
      if (line) yield line;
    }
}

const bytesOf = (path: string): Buffer =>
  statSync(path, { throwIfNoEntry: false }) ? readInputFileSync(path, mostBytes) : Buffer.alloc(0);

/** Undefined of what is empty, or was cut short by a full disk. */
function lineOf(text: string): LogLine | undefined {
  try {
    return lineSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
