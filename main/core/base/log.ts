import { mkdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { appendSideFile } from '../../side-files/side-file.ts';

const maxLogBytes = 5_000_000;

/** The core's log file: one line per event, rolled over once at 5 MB. */
export class Log {
  readonly path: string;

  constructor(userDataDir: string) {
    mkdirSync(userDataDir, { recursive: true });
    this.path = join(userDataDir, 'lima.log');
    const sizeBytes = statSync(this.path, { throwIfNoEntry: false })?.size ?? 0;
    if (sizeBytes > maxLogBytes) renameSync(this.path, `${this.path}.1`);
  }

  /** Appends a line; a log that cannot be written never stops the work. */
  write(text: string): void {
    try {
      appendSideFile(this.path, `${new Date().toISOString()} ${text}\n`);
    } catch (error) {
      process.stderr.write(`lima: the log ${this.path} cannot be written: ${String(error)}\n`);
    }
  }
}
