import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { loggedRequestSchema, type LoggedRequest } from '../../../shared/contract/network.ts';
import { readInputFileSync } from '../../input-files/input-file.ts';
import { appendSideFile } from '../../side-files/side-file.ts';

const rollOverBytes = 16 * 1024 * 1024;
const mostBytes = 4 * rollOverBytes;
const ownerOnly = 0o600;

const sentSchema = loggedRequestSchema
  .omit({ ms: true, status: true, receivedBytes: true, error: true })
  .extend({ id: z.string() });
const endedSchema = loggedRequestSchema
  .pick({ ms: true, status: true, receivedBytes: true, error: true })
  .extend({ id: z.string() });
const lineSchema = z.union([sentSchema, endedSchema]);

type SentRequest = Omit<z.infer<typeof sentSchema>, 'id'>;
type EndedRequest = Omit<z.infer<typeof endedSchema>, 'id'>;

/**
 * Every request of one project from this machine, two lines each: one before it is sent, without
 * which it is not sent, and one when it ended. Rolled over once, at 16 MB.
 */
export class RequestLog {
  readonly path: string;
  readonly #folder: string;

  constructor(userDataDir: string, uuid: string) {
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

  /** How many requests there were, and the newest of them, the newest first. */
  read(limit: number): { total: number; requests: LoggedRequest[] } {
    const requests = new Map<string, LoggedRequest>();
    for (const line of [this.#olderPath, this.path].flatMap(linesOf)) {
      const begun = requests.get(line.id);
      if ('atMs' in line) requests.set(line.id, { ...line, ...unanswered });
      else if (begun) requests.set(line.id, { ...begun, ...line });
    }
    const all = [...requests.values()].map((request) => loggedRequestSchema.parse(request));
    return { total: all.length, requests: all.slice(-limit).toReversed() };
  }

  get #olderPath(): string {
    return `${this.path}.1`;
  }

  #append(line: object): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    const sizeBytes = statSync(this.path, { throwIfNoEntry: false })?.size ?? 0;
    if (sizeBytes > rollOverBytes) renameSync(this.path, this.#olderPath);
    appendSideFile(this.path, `${JSON.stringify(line)}\n`, ownerOnly);
  }
}

const unanswered = { ms: null, status: null, receivedBytes: 0, error: null };

function linesOf(path: string): z.infer<typeof lineSchema>[] {
  if (!statSync(path, { throwIfNoEntry: false })) return [];
  const text = readInputFileSync(path, mostBytes).toString('utf8');
  return text.split('\n').flatMap((line) => {
    try {
      return lineSchema.parse(JSON.parse(line));
    } catch {
      // Empty, or cut short by a full disk.
      return [];
    }
  });
}
