import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file system of its own that can be filled to the last byte; needs root on Linux. */
export class SmallDisk implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'lima-disk-'));

  /** Mounts a disk of this size in memory, or returns `undefined` where that is not allowed. */
  static mount(sizeBytes: number): SmallDisk | undefined {
    const disk = new SmallDisk();
    try {
      const size = `size=${sizeBytes}`;
      execFileSync('mount', ['-t', 'tmpfs', '-o', size, 'tmpfs', disk.folder], { stdio: 'ignore' });
      return disk;
    } catch {
      // No root, no Linux: the caller says so and tests what can be tested without.
      rmSync(disk.folder, { recursive: true });
      return undefined;
    }
  }

  /** Takes all of the space but this much. */
  fill(keptBytes: number): void {
    const { bavail, bsize } = statfsSync(this.folder);
    const file = openSync(this.#filler, 'w');
    try {
      for (let left = bavail * bsize - keptBytes; left > 0; left -= bsize)
        writeSync(file, Buffer.alloc(Math.min(left, bsize)));
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
    } finally {
      closeSync(file);
    }
  }

  /** Gives the space back. */
  free(): void {
    rmSync(this.#filler, { force: true });
  }

  get #filler(): string {
    return join(this.folder, 'filler');
  }

  [Symbol.dispose](): void {
    execFileSync('umount', ['-l', this.folder]);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Whether `SmallDisk.mount` works here. */
export function canMountDisk(): boolean {
  using disk = SmallDisk.mount(65_536);
  return disk !== undefined;
}
