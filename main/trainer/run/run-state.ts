import type { DevLoss } from '../../../shared/domain/run.ts';
import { stepsPerEpoch, totalSteps } from '../../../shared/domain/training-counts.ts';
import type {
  EncodedSample,
  StepMetric,
  TrainEvent,
  TrainParams,
} from '../../engines/protocol/trainer.ts';
import type { RequestContext } from '../../engines/serve-engine.ts';
import type { CheckpointClock } from '../checkpoint/checkpoint-clock.ts';
import type { RunIdentity } from '../checkpoint/resume-state.ts';
import type { MemoryWatch } from '../memory/run-memory.ts';
import type { BaseModel } from '../weights/base-model.ts';
import type { Trainer } from '../step/trainer.ts';
import type { Device } from '../device/device.ts';

/** What the core asks of a run beside its start: to pause, or to go on after an epoch. */
export class RunControl {
  readonly #pausing = new AbortController();
  #next = Promise.withResolvers<void>();

  /** Aborts when the run should save and end. */
  get pausing(): AbortSignal {
    return this.#pausing.signal;
  }

  /** Asks the run to save and to end. */
  pause(): void {
    this.#pausing.abort();
  }

  /** Lets a run that waits after an epoch, or soon will, go on. */
  goOn(): void {
    this.#next.resolve();
  }

  /** Waits for `goOn`; throws the reason when `stop` aborts first. */
  async untilToldToGoOn(stop: AbortSignal): Promise<void> {
    const stopped = Promise.withResolvers<never>();
    const abort = () => stopped.reject(stop.reason);
    stop.addEventListener('abort', abort, { once: true });
    try {
      stop.throwIfAborted();
      await Promise.race([this.#next.promise, stopped.promise]);
    } finally {
      stop.removeEventListener('abort', abort);
      this.#next = Promise.withResolvers();
    }
  }
}

/** What a run is made of before its first step, and every step finished so far. */
export interface RunSetup {
  params: TrainParams;
  context: RequestContext<TrainEvent>;
  control: RunControl;
  /** Aborts when the run is cancelled or paused; the reason tells which. */
  stop: AbortSignal;
  device: Device;
  model: BaseModel;
  trainer: Trainer;
  memory: MemoryWatch;
  samples: EncodedSample[];
  /** Held out: never trained on. */
  devSamples: EncodedSample[];
  /** Every finished step, those before a resume included. */
  metrics: StepMetric[];
}

/** One run from start to end: what it is made of and what has happened so far. */
export interface TrainingRun extends RunSetup {
  identity: RunIdentity;
  /** Every measured loss of the held-out samples, those before a resume included. */
  devLosses: DevLoss[];
  clock: CheckpointClock;
  /** When the run would have started had it never stopped, on the clock of `performance.now`. */
  startedMs: number;
}

/** Steps of one epoch of a run. */
export const epochSteps = ({ params, samples }: TrainingRun): number =>
  stepsPerEpoch(samples.length, params.recipe);

/** Steps of the whole run. */
export const runSteps = ({ params, samples }: TrainingRun): number =>
  totalSteps(samples.length, params.recipe);

/** Whether an epoch ends with a step, or the run does, within one. */
export const endsEpoch = (run: TrainingRun, step: number): boolean =>
  step % epochSteps(run) === 0 || step === runSteps(run);
