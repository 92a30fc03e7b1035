import { deriveSeed, seededUniform } from '../data/random.ts';
import type { Backend } from '../tensor/backend.ts';
import { TensorStore } from '../tensor/tensor-store.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { HyperParameters } from './hyper-parameters.ts';
import { linearExtents, linearNames, mapLinear, type LinearName } from './tensor-plan.ts';
import { transposed } from './transpose.ts';

/** A trained matrix with its gradient sum and the moments of AdamW, all of the same extents. */
export interface TrainedMatrix {
  weight: Tensor;
  /** The same values, transposed; refreshed after each optimizer step. */
  transposed: Tensor;
  gradient: Tensor;
  firstMoment: Tensor;
  secondMoment: Tensor;
}

/**
 * The trained branch of one linear layer: (α/r) · B·(A·x), Hu et al. 2021, arXiv:2106.09685, 4.1.
 * `down` is A [in, rank]; `up` is Bᵀ [out, rank]: in this order the outer products of the
 * backward pass run along the long axis, and every product has its operand ready.
 */
export interface LoraBranch {
  /** Name of the base tensor, as in `blk.0.attn_q.weight`. */
  tensorName: string;
  down: TrainedMatrix;
  up: TrainedMatrix;
}

/** Rank and alpha of an adapter, and the seed of its initialization. */
export interface LoraSettings {
  rank: number;
  alpha: number;
  seed: number;
}

/** A LoRA adapter on every linear layer of a model, with all it takes to train it. */
export class LoraAdapter implements Disposable {
  /** α / r. */
  readonly scale: number;
  readonly settings: LoraSettings;
  readonly blocks: readonly Record<LinearName, LoraBranch>[];
  readonly #weights: TensorStore;
  readonly #gradients: TensorStore;
  readonly #moments: TensorStore;
  readonly #backend: Backend;

  constructor(backend: Backend, parameters: HyperParameters, settings: LoraSettings) {
    const count = parameters.layers * linearNames.length * 2;
    this.#backend = backend;
    this.settings = settings;
    this.scale = settings.alpha / settings.rank;
    this.#weights = new TensorStore(backend, count * 2);
    this.#gradients = new TensorStore(backend, count);
    this.#moments = new TensorStore(backend, count * 2);
    this.blocks = Array.from({ length: parameters.layers }, (_, index) =>
      mapLinear((name) => {
        const [inputs, outputs] = linearExtents(name, parameters);
        const tensorName = `blk.${index}.${name}.weight`;
        return { tensorName, down: this.#declare(inputs), up: this.#declare(outputs) };
      }),
    );
    this.#weights.allocate('the adapter');
    this.#gradients.allocate('the gradients of the adapter');
    this.#moments.allocate('the optimizer state of the adapter');
    this.#initialize();
  }

  get branches(): LoraBranch[] {
    return this.blocks.flatMap((block) => linearNames.map((name) => block[name]));
  }

  get matrices(): TrainedMatrix[] {
    return this.branches.flatMap(({ down, up }) => [down, up]);
  }

  /** Starts a new batch: gradient sums become zero. */
  clearGradients(): void {
    this.#gradients.clear();
  }

  /** Sets the values of a matrix and of its transposed copy. */
  writeMatrix({ weight, transposed: copy }: TrainedMatrix, values: Float32Array): void {
    this.#backend.write(weight, values);
    this.#backend.write(copy, transposed(values, weight.ne[0]));
  }

  [Symbol.dispose](): void {
    this.#weights[Symbol.dispose]();
    this.#gradients[Symbol.dispose]();
    this.#moments[Symbol.dispose]();
  }

  #declare(length: number): TrainedMatrix {
    const ne = [length, this.settings.rank];
    return {
      weight: this.#weights.declareParameter(ne),
      transposed: this.#weights.declare(ne.toReversed()),
      gradient: this.#gradients.declare(ne),
      firstMoment: this.#moments.declare(ne),
      secondMoment: this.#moments.declare(ne),
    };
  }

  /**
   * A ~ U(±1/√in) as in microsoft/LoRA layers.py (the paper says Gaussian), B = 0: the first step
   * starts from the base model.
   */
  #initialize(): void {
    this.#weights.clear();
    this.#gradients.clear();
    this.#moments.clear();
    for (const [index, { down }] of this.branches.entries()) {
      const uniform = seededUniform(deriveSeed(this.settings.seed, index));
      const bound = 1 / Math.sqrt(down.weight.ne[0]);
      const values = new Float32Array(down.weight.ne[0] * this.settings.rank);
      for (let at = 0; at < values.length; at++) values[at] = (2 * uniform() - 1) * bound;
      this.writeMatrix(down, values);
    }
  }
}
