import { at, type Matrix } from './tape.ts';

/** Settings of AdamW. */
export interface AdamwSettings {
  learningRate: number;
  beta1: number;
  beta2: number;
  epsilon: number;
  weightDecay: number;
  /** Gradients are scaled down to this norm; 0: never. */
  maxGradNorm: number;
}

/** Algorithm 2 of Loshchilov and Hutter (arXiv:1711.05101) in double precision. */
export class ReferenceAdamw {
  readonly #matrices: readonly Matrix[];
  readonly #first: Float64Array[];
  readonly #second: Float64Array[];
  #step = 0;

  constructor(matrices: readonly Matrix[]) {
    this.#matrices = matrices;
    this.#first = matrices.map(({ values }) => new Float64Array(values.length));
    this.#second = matrices.map(({ values }) => new Float64Array(values.length));
  }

  /** One step on the mean of gradients summed over `count` tokens; gradients become zero. */
  step(settings: AdamwSettings, count: number): void {
    const { maxGradNorm } = settings;
    this.#step++;
    const norm = Math.hypot(...this.#matrices.map(({ gradient }) => Math.hypot(...gradient)));
    const mean = norm / count;
    const clip = maxGradNorm > 0 && mean > maxGradNorm ? maxGradNorm / mean : 1;
    for (const [index, matrix] of this.#matrices.entries()) {
      this.#update(matrix, index, { ...settings, scale: clip / count });
      matrix.gradient.fill(0);
    }
  }

  #update(
    { rows, values, gradient }: Matrix,
    index: number,
    settings: AdamwSettings & { scale: number },
  ): void {
    const { learningRate, beta1, beta2, epsilon, weightDecay, scale } = settings;
    const first = this.#first[index] ?? new Float64Array();
    const second = this.#second[index] ?? new Float64Array();
    const decay = rows > 1 ? weightDecay : 0;
    for (let i = 0; i < values.length; i++) {
      const slope = at(gradient, i) * scale;
      first[i] = beta1 * at(first, i) + (1 - beta1) * slope;
      second[i] = beta2 * at(second, i) + (1 - beta2) * slope * slope;
      const mean = at(first, i) / (1 - beta1 ** this.#step);
      const spread = Math.sqrt(at(second, i) / (1 - beta2 ** this.#step));
      values[i] =
        at(values, i) - learningRate * (mean / (spread + epsilon) + decay * at(values, i));
    }
  }
}
