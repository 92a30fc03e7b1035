import { readFileSync } from 'node:fs';
import type {
  MemoryMeasurement,
  MemoryPlan,
  RunMemory,
} from '../../../shared/domain/memory-plan.ts';
import { totalEpochs } from '../../../shared/domain/training-counts.ts';
import { formatBytes } from '../../../shared/text/numbers.ts';
import type { TrainParams } from '../../engines/protocol/trainer.ts';
import { TrainerError } from '../../engines/protocol/errors.ts';
import { epochBatches, heldOutPacks } from '../data/batches.ts';
import { kindOf } from './correction.ts';
import { budgetOf } from './free-memory.ts';
import { largestPack, type PlanInput } from './plan-memory.ts';
import { fittingChange, requireMemory } from './require-memory.ts';
import type { Device } from '../device/device.ts';

/** By then hardly any order is left with larger packs; a thousand epochs would take seconds. */
const plannedEpochs = 16;

/** The memory of a run so far, and what it tells about the plans of runs like it. */
export interface MeasuredMemory {
  memory: RunMemory;
  measurement: MemoryMeasurement;
}

/** The memory of one run: planned before it loads anything, then measured. */
export class MemoryWatch {
  readonly #device: Device;
  readonly #input: PlanInput;
  readonly #budget: (device: Device) => number;
  readonly #plan: MemoryPlan;
  /** What was free of the device before the run held anything of it. */
  readonly #freeBytes: number;

  private constructor(
    device: Device,
    { input, plan, budget }: { input: PlanInput; plan: MemoryPlan; budget: typeof budgetOf },
  ) {
    this.#device = device;
    this.#input = input;
    this.#plan = plan;
    this.#budget = budget;
    this.#freeBytes = device.freeBytes;
  }

  /**
   * Plans a run; throws OUT_OF_MEMORY when it does not fit into the `budget`. Each epoch packs the
   * samples in another order, some into larger packs.
   */
  static async plan(
    device: Device,
    { basePath, recipe, samples, devSamples = [], knownMemory = [] }: TrainParams,
    budget = budgetOf,
  ): Promise<MemoryWatch> {
    const length = Math.min(Math.ceil(totalEpochs(samples.length, recipe)), plannedEpochs);
    const batches = Array.from({ length }, (_, at) => epochBatches(samples, at + 1, recipe));
    const packs = [...batches.flat(2), ...heldOutPacks(devSamples, recipe)];
    const { tokens, rows } = largestPack(packs);
    // A run without anything to train on is refused with its own words later.
    const pack = { tokens: Math.max(1, tokens), rows: Math.max(1, rows) };
    const input = { basePath, recipe, pack, device: device.id, known: knownMemory };
    const plan = await requireMemory(input, budget(device));
    return new MemoryWatch(device, { input, plan, budget });
  }

  /** What was measured until now; `isSaved` when a checkpoint was written meanwhile. */
  measure(isSaved: boolean): MeasuredMemory {
    const plan = this.#plan;
    const { recipe } = this.#input;
    const savingBytes = isSaved ? plan.savingBytes : 0;
    return {
      memory: {
        device: this.#device.id,
        plannedBytes: plan.totalBytes,
        expectedBytes: this.#expectedBytes(),
        peakBytes: this.#peakBytes(),
      },
      measurement: {
        ...kindOf(this.#device.id, recipe.method),
        errorBytes: this.#besideBytes() - plan.processBytes - savingBytes,
      },
    };
  }

  /**
   * What is wrong when the memory that is left does not hold what is still to come, as the first
   * step measured it; nothing else would stop the system from swapping or killing the process.
   */
  async problem(): Promise<TrainerError | undefined> {
    const neededBytes = this.#expectedBytes();
    const budgetBytes = this.#budget(this.#device);
    if (neededBytes <= budgetBytes) return undefined;
    const measured = { ...this.#input, besideBytes: this.#besideBytes() };
    return new TrainerError(
      'OUT_OF_MEMORY',
      `The first step showed that this run takes ${formatBytes(neededBytes, 2)} of memory (planned: ` +
        `${formatBytes(this.#plan.totalBytes, 2)}), and only ${formatBytes(budgetBytes, 2)} are there for ` +
        `it. It was stopped before the system had to; its steps are saved. ` +
        `${await fittingChange(measured, budgetBytes)} Or close other programs and resume it.`,
      { neededBytes, availableBytes: budgetBytes, isStopped: true },
    );
  }

  /** The plan with what was measured beside tensors in place of the estimate. */
  #expectedBytes(): number {
    const { modelBytes, trainedBytes, graphBytes, savingBytes } = this.#plan;
    const tensorBytes = Math.max(modelBytes + trainedBytes + graphBytes, this.#device.heldBytes);
    return tensorBytes + this.#besideBytes() + savingBytes;
  }

  /** Of the process on the CPU; on a GPU what its driver or we count, whichever is more. */
  #peakBytes(): number {
    const { isCpu, heldBytes, freeBytes } = this.#device;
    return isCpu ? processPeakBytes() : Math.max(heldBytes, this.#freeBytes - freeBytes);
  }

  #besideBytes(): number {
    return this.#peakBytes() - this.#device.heldBytes;
  }
}

/**
 * The most memory this process has held, in bytes. Linux counts in `maxRSS` what the parent held
 * when it forked, so there the high-water mark of the process itself is read.
 */
function processPeakBytes(): number {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1024;
  const status = readFileSync('/proc/self/status', 'utf8');
  const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(status) ?? [];
  return Number(kibibytes ?? process.resourceUsage().maxRSS) * 1024;
}
