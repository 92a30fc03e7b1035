import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { readInputFileSync } from '../../input-files/input-file.ts';
import { appendSideFile } from '../../side-files/side-file.ts';

// A million jobs: a list that long is nobody's, and all is asked about again.
const mostBytes = 64 * 1024 * 1024;

/** What a person did or confirmed on this machine, as words that name it and nothing else. */
export type Voucher = readonly ['job' | 'model', ...string[]];

const hashOf = (voucher: Voucher) =>
  createHash('sha256').update(JSON.stringify(voucher)).digest('hex');

/**
 * The jobs that this person started and the model files they chose on this machine, as hashes, a
 * line each. A project file can hold any of them; only what is listed here goes on without asking.
 * Lines are only added, so that two programs at a time lose none.
 */
export class VouchedThings {
  readonly #folder: string;
  #hashes = new Set<string>();
  // What cannot be stored holds until the program ends.
  readonly #added = new Set<string>();

  constructor(userDataDir: string) {
    this.#folder = userDataDir;
  }

  /** True for what was done or confirmed here. */
  has(voucher: Voucher): boolean {
    const hash = hashOf(voucher);
    if (this.#added.has(hash) || this.#hashes.has(hash)) return true;
    // A command line beside a window adds to the same list.
    this.#hashes = new Set(this.#text().split('\n'));
    return this.#hashes.has(hash);
  }

  /** From now on it is done without asking. Throws when that cannot be written down. */
  add(voucher: Voucher): void {
    if (this.has(voucher)) return;
    const hash = hashOf(voucher);
    this.#added.add(hash);
    mkdirSync(this.#folder, { recursive: true });
    appendSideFile(this.#path, `${hash}\n`);
  }

  get #path(): string {
    return join(this.#folder, 'vouched.txt');
  }

  #text(): string {
    try {
      return readInputFileSync(this.#path, mostBytes).toString('utf8');
    } catch {
      // Nothing is listed yet, or nothing can be: then all is asked about.
      return '';
    }
  }
}
