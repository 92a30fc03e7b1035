import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder that is seen through a mount nobody can write to; needs root on Linux. */
export class ReadOnlyMount implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'lima-readonly-'));

  /** Shows `source` read-only, or returns `undefined` where mounting is not allowed. */
  static of(source: string): ReadOnlyMount | undefined {
    const place = new ReadOnlyMount();
    try {
      execFileSync('mount', ['--bind', source, place.folder], { stdio: 'ignore' });
    } catch {
      rmSync(place.folder, { recursive: true });
      return undefined;
    }
    execFileSync('mount', ['-o', 'remount,bind,ro', place.folder], { stdio: 'ignore' });
    return place;
  }

  [Symbol.dispose](): void {
    execFileSync('umount', ['-l', this.folder]);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Does something while nobody is allowed to write to a file or folder. */
export async function withoutWriting<Result>(
  path: string,
  work: () => Promise<Result>,
): Promise<Result> {
  const { mode } = statSync(path);
  chmodSync(path, mode & 0o555);
  try {
    return await work();
  } finally {
    chmodSync(path, mode);
  }
}
