import type { RunMetric } from '../../../shared/domain/run.ts';

/** Columns of a run's metrics, in the order they are stored. */
const columns = [
  'step',
  'epoch',
  'loss',
  'smoothedLoss',
  'learningRate',
  'gradNorm',
  'tokensPerSecond',
] as const;
/** The name of a column. */
export type MetricColumn = (typeof columns)[number];

const firstCapacity = 1024;

/**
 * A run's metrics as growing typed arrays, ready to be drawn without copying. Steps only grow:
 * what a reconnected stream sends again is passed by.
 */
export class MetricSeries {
  #columns = makeColumns(firstCapacity);
  #length = 0;
  readonly #smoother: Smoother;

  /** `totalSteps` of the whole run decides how much the loss is smoothed; 0 while unknown. */
  constructor(totalSteps: number) {
    this.#smoother = new Smoother(smoothingFactor(totalSteps));
  }

  /** Number of steps. */
  get length(): number {
    return this.#length;
  }

  /** The newest step, 0 before the first. */
  get lastStep(): number {
    return this.#length === 0 ? 0 : this.at('step', this.#length - 1);
  }

  /** Appends what is new; returns whether anything was. */
  append(metrics: readonly RunMetric[]): boolean {
    const before = this.#length;
    for (const metric of metrics) if (metric.step > this.lastStep) this.#push(metric);
    return this.#length > before;
  }

  /** One column up to now; valid until the next append. */
  column(name: MetricColumn): Float64Array {
    return this.#columns[name].subarray(0, this.#length);
  }

  /** One value; NaN outside of the series. */
  at(name: MetricColumn, index: number): number {
    return index < this.#length ? (this.#columns[name][index] ?? Number.NaN) : Number.NaN;
  }

  #push(metric: RunMetric): void {
    if (this.#length === this.#columns.step.length) this.#grow();
    const index = this.#length;
    this.#columns.step[index] = metric.step;
    this.#columns.epoch[index] = metric.epoch;
    this.#columns.loss[index] = metric.loss;
    this.#columns.smoothedLoss[index] = this.#smoother.next(metric.loss);
    this.#columns.learningRate[index] = metric.learningRate;
    this.#columns.gradNorm[index] = metric.gradNorm;
    this.#columns.tokensPerSecond[index] = metric.tokensPerSecond;
    this.#length += 1;
  }

  #grow(): void {
    const larger = makeColumns(2 * this.#columns.step.length);
    for (const name of columns) larger[name].set(this.#columns[name]);
    this.#columns = larger;
  }
}

function makeColumns(capacity: number): Record<MetricColumn, Float64Array> {
  return {
    step: new Float64Array(capacity),
    epoch: new Float64Array(capacity),
    loss: new Float64Array(capacity),
    smoothedLoss: new Float64Array(capacity),
    learningRate: new Float64Array(capacity),
    gradNorm: new Float64Array(capacity),
    tokensPerSecond: new Float64Array(capacity),
  };
}

/**
 * Share of the past that is kept at each step, for an average over about a fortieth of the run:
 * 2 steps at least, so that short runs do not lag behind, 50 at most.
 */
export function smoothingFactor(totalSteps: number): number {
  return 1 - 1 / Math.min(50, Math.max(2, totalSteps / 40));
}

/**
 * Exponential moving average without the pull towards zero at the start (Adam's correction):
 * the first value is the first point, not a tenth of it. Feed it one value at a time.
 */
export class Smoother {
  readonly #factor: number;
  #sum = 0;
  #weight = 0;

  constructor(factor: number) {
    this.#factor = factor;
  }

  /** Takes the next value; returns the average so far. A value that is no number is passed by. */
  next(value: number): number {
    if (Number.isFinite(value)) {
      this.#sum = this.#factor * this.#sum + (1 - this.#factor) * value;
      this.#weight = this.#factor * this.#weight + (1 - this.#factor);
    }
    return this.#weight === 0 ? Number.NaN : this.#sum / this.#weight;
  }
}
