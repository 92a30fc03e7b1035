import { join } from 'node:path';
import { z } from 'zod';
import { selfTestSchema, type SelfTest } from '../../../shared/domain/device.ts';
import {
  memoryMeasurementSchema,
  type MemoryMeasurement,
} from '../../../shared/domain/memory-plan.ts';
import {
  speedMeasurementSchema,
  type SpeedMeasurement,
} from '../../../shared/domain/runs/time-estimate.ts';
import { StoredList } from '../base/stored-list.ts';

/** The self-tests of this machine's devices, kept in the folder of the person's settings. */
export const deviceTests = (userDataDir: string): StoredList<SelfTest> =>
  new StoredList(join(userDataDir, 'device-tests.json'), {
    schema: selfTestSchema,
    subjectOf: (test) =>
      [test.device, test.description, test.architecture, test.weightTypes, test.method].join('\n'),
    most: 200,
  });

/** How fast runs were on this machine, one measurement per run, oldest first. */
export const runSpeeds = (userDataDir: string): StoredList<SpeedMeasurement> =>
  new StoredList(join(userDataDir, 'speed-measurements.json'), {
    schema: speedMeasurementSchema,
    subjectOf: ({ runId }) => runId,
    most: 500,
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
