import {
  isTestOf,
  type DeviceFamily,
  type DeviceListing,
  type SelfTest,
} from '../../../shared/domain/device.ts';
import type { Recipe } from '../../../shared/domain/recipe/recipe.ts';
import { familiesOf, type FamilyListing } from '../../engines/protocol/trainer.ts';
import { startTrainer, toRead } from '../files/guarded-engines.ts';
import type { GuardedPath } from '../files/guarded-path.ts';
import { deviceTests, MemoryMeasurements, runSpeeds } from './machine-records.ts';

/** What a self-test imitates; without a base a Llama model in F32. */
export interface TestSubject {
  basePath?: GuardedPath;
  method?: Recipe['method'];
}

/** The devices of this machine. Every question about one is asked in a process of its own. */
export class DeviceService {
  readonly #tests: ReturnType<typeof deviceTests>;
  /** What runs took of their memory. */
  readonly memory: MemoryMeasurements;
  /** How fast runs were. */
  readonly speeds: ReturnType<typeof runSpeeds>;

  constructor(userDataDir: string) {
    this.#tests = deviceTests(userDataDir);
    this.memory = new MemoryMeasurements(userDataDir);
    this.speeds = runSpeeds(userDataDir);
  }

  /** Every family this platform can have, with the self-tests that still count. */
  async list(): Promise<DeviceListing[]> {
    const tests = this.#tests.all();
    const listings = await Promise.all(
      familiesOf(`${process.platform}-${process.arch}`).map((family) => listFamily(family)),
    );
    return listings.map((listing) => ({
      ...listing,
      devices: listing.devices.map((device) => ({
        ...device,
        selfTests: tests.filter((test) => isTestOf(device, test)),
      })),
    }));
  }

  /** Compares a device with the CPU and stores the outcome. */
  async test(device: string, subject: TestSubject, signal?: AbortSignal): Promise<SelfTest> {
    return await this.#run({ device, ...subject }, signal);
  }

  /** Like `test`, but an equal test that was passed before is the answer. */
  async prove(device: string, subject: TestSubject, signal?: AbortSignal): Promise<SelfTest> {
    return await this.#run({ device, ...subject, known: this.#tests.all() }, signal);
  }

  async #run(
    params: TestSubject & { device: string; known?: SelfTest[] },
    signal: AbortSignal | undefined,
  ): Promise<SelfTest> {
    await using trainer = startTrainer(toRead(params.basePath));
    const test = await trainer.request('selfTest', params, signal ? { signal } : {});
    this.#tests.add(test);
    return test;
  }
}

/** A driver that crashes when it is asked for its devices takes only its own family with it. */
async function listFamily(family: DeviceFamily): Promise<FamilyListing> {
  try {
    await using trainer = startTrainer(toRead());
    return await trainer.request('devices', { family });
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    const advice = 'Its driver does not work with this library: update it, or use another device.';
    return { family, devices: [], problem, advice };
  }
}
