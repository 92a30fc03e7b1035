import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { readInputFileSync } from '../../input-files/input-file.ts';
import { replaceFile } from '../../side-files/side-file.ts';
import { selfTestSchema, type SelfTest } from '../../../shared/domain/device.ts';
import {
  memoryMeasurementSchema,
  type MemoryMeasurement,
} from '../../../shared/domain/memory-plan.ts';

/** What a list holds. */
interface ListRules<Item> {
  schema: z.ZodType<Item>;
  /** Two items with the same one are about the same: the newer takes the older's place. */
  subjectOf: (item: Item) => string;
  /** Beyond this the oldest go. */
  most: number;
}

const maxListBytes = 16 * 1024 * 1024;

/** Facts about this machine that can be found out again, as a JSON file beside the settings. */
class StoredList<Item> {
  readonly #path: string;
  readonly #rules: ListRules<Item>;

  constructor(path: string, rules: ListRules<Item>) {
    this.#path = path;
    this.#rules = rules;
  }

  /** Every item, oldest first. A file that cannot be read is renamed and holds none. */
  all(): Item[] {
    if (!existsSync(this.#path)) return [];
    try {
      const text = readInputFileSync(this.#path, maxListBytes).toString('utf8');
      return z.array(this.#rules.schema).parse(JSON.parse(text));
    } catch {
      // A damaged file is renamed: what it said is found out again.
      renameSync(this.#path, `${this.#path}.damaged`);
      return [];
    }
  }

  /** Stores an item in place of an older one about the same. */
  add(item: Item): void {
    const { subjectOf, most } = this.#rules;
    const others = this.all().filter((other) => subjectOf(other) !== subjectOf(item));
    mkdirSync(dirname(this.#path), { recursive: true });
    replaceFile(this.#path, JSON.stringify([...others, item].slice(-most), null, 2));
  }
}

/** The self-tests of this machine's devices, kept in the folder of the person's settings. */
export const deviceTests = (userDataDir: string): StoredList<SelfTest> =>
  new StoredList(join(userDataDir, 'device-tests.json'), {
    schema: selfTestSchema,
    subjectOf: (test) =>
      [test.device, test.description, test.architecture, test.weightTypes, test.method].join('\n'),
    most: 200,
  });

const storedSchema = memoryMeasurementSchema.extend({ runId: z.string(), baseSha256: z.string() });
type StoredMeasurement = z.infer<typeof storedSchema>;

/**
 * What runs took beyond their plans on this machine, one measurement per run, kept in the folder of
 * the person's settings: it depends on drivers and libraries, and holds for every project.
 */
export class MemoryMeasurements {
  readonly #list: StoredList<StoredMeasurement>;

  constructor(userDataDir: string) {
    this.#list = new StoredList(join(userDataDir, 'memory-measurements.json'), {
      schema: storedSchema,
      subjectOf: ({ runId }) => runId,
      most: 500,
    });
  }

  /** Those of runs of one base model, oldest first. */
  of(baseSha256: string): MemoryMeasurement[] {
    return this.#list.all().filter((measurement) => measurement.baseSha256 === baseSha256);
  }

  /** Stores what a run took, in place of what the same run told before. */
  add(measurement: StoredMeasurement): void {
    this.#list.add(measurement);
  }
}
