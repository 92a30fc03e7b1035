import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { selfTestSchema, type SelfTest } from '../../../shared/domain/device.ts';

const fileSchema = z.array(selfTestSchema);
/** Beyond this the oldest go: drivers and libraries that are long gone. */
const mostTests = 200;

/** The self-tests of this machine's devices, kept in the folder of the person's settings. */
export class DeviceTests {
  readonly #path: string;

  constructor(userDataDir: string) {
    this.#path = join(userDataDir, 'device-tests.json');
  }

  /** Every stored test, oldest first. A file that cannot be read holds none: tests are made anew. */
  all(): SelfTest[] {
    if (!existsSync(this.#path)) return [];
    try {
      return fileSchema.parse(JSON.parse(readFileSync(this.#path, 'utf8')));
    } catch {
      // A damaged file is put aside: what it said is tested again.
      renameSync(this.#path, `${this.#path}.damaged`);
      return [];
    }
  }

  /** Stores a test in place of an older one of the same device and model. */
  add(test: SelfTest): void {
    const others = this.all().filter((other) => subjectOf(other) !== subjectOf(test));
    const temporary = `${this.#path}.${process.pid}.tmp`;
    mkdirSync(dirname(this.#path), { recursive: true });
    writeFileSync(temporary, JSON.stringify([...others, test].slice(-mostTests), null, 2));
    renameSync(temporary, this.#path);
  }
}

const subjectOf = (test: SelfTest) =>
  [test.device, test.description, test.architecture, test.weightTypes, test.method].join('\n');
