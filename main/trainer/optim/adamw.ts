import type { Recipe } from '../../../shared/domain/recipe.ts';
import type { LoraAdapter } from '../model/lora-adapter.ts';
import type { Backend } from '../tensor/backend.ts';
import { ComputeGraph, WorkingMemory } from '../tensor/compute-graph.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { gradientScale } from './clip.ts';

const tensorsPerMatrix = 8;

type AdamwFields = Pick<Recipe, 'beta1' | 'beta2' | 'epsilon' | 'weightDecay' | 'maxGradNorm'>;

/** What one optimizer step needs to know; `trainedTokens` of the whole batch. */
export interface StepInput {
  /** Counted from 1. */
  step: number;
  learningRate: number;
  trainedTokens: number;
}

/**
 * AdamW with decoupled weight decay (Loshchilov and Hutter, arXiv:1711.05101) on the adapter, and
 * gradient clipping by global norm. Weights, gradients and moments stay on the device.
 */
export class AdamwOptimizer implements Disposable {
  readonly #backend: Backend;
  readonly #recipe: AdamwFields;
  readonly #normGraph: ComputeGraph;
  readonly #stepGraph: ComputeGraph;
  readonly #normMemory: WorkingMemory;
  readonly #stepMemory: WorkingMemory;
  readonly #sumOfSquares: Tensor;
  readonly #gradientScale: Tensor;
  readonly #settings: Tensor;

  constructor(backend: Backend, adapter: LoraAdapter, recipe: AdamwFields) {
    const capacity = 64 + adapter.matrices.length * tensorsPerMatrix;
    this.#backend = backend;
    this.#recipe = recipe;
    this.#normGraph = new ComputeGraph(backend, capacity);
    this.#stepGraph = new ComputeGraph(backend, capacity);
    this.#normMemory = new WorkingMemory(backend);
    this.#stepMemory = new WorkingMemory(backend);
    this.#sumOfSquares = this.#buildNorm(adapter);
    this.#gradientScale = this.#stepGraph.input([1]);
    this.#settings = this.#stepGraph.input([7]);
    this.#buildStep(adapter);
  }

  /**
   * Updates the adapter from its gradient sums. Returns the norm of the mean gradient before
   * clipping; the adapter is left as it was when that is not finite.
   */
  async step({ step, learningRate, trainedTokens }: StepInput): Promise<number> {
    const { beta1, beta2, epsilon, weightDecay, maxGradNorm } = this.#recipe;
    await this.#normGraph.compute();
    const [sum = NaN] = this.#backend.readFloats(this.#sumOfSquares);
    const { scale, gradNorm } = gradientScale(Math.sqrt(sum), trainedTokens, maxGradNorm);
    if (!Number.isFinite(gradNorm)) return gradNorm;
    const corrections = [1 / (1 - beta1 ** step), 1 / (1 - beta2 ** step)];
    const settings = [learningRate, beta1, beta2, epsilon, weightDecay, ...corrections];
    this.#backend.write(this.#gradientScale, Float32Array.of(scale));
    this.#backend.write(this.#settings, Float32Array.from(settings));
    await this.#stepGraph.compute();
    return gradNorm;
  }

  [Symbol.dispose](): void {
    this.#normGraph[Symbol.dispose]();
    this.#stepGraph[Symbol.dispose]();
    this.#normMemory[Symbol.dispose]();
    this.#stepMemory[Symbol.dispose]();
  }

  #buildNorm(adapter: LoraAdapter): Tensor {
    const { ops } = this.#normGraph;
    const sum = adapter.matrices
      .map(({ gradient }) => ops.sumOfSquares(gradient))
      .reduce((total, one) => ops.add(total, one));
    this.#normGraph.requireOutput(sum);
    this.#normGraph.place(this.#normMemory);
    return sum;
  }

  #buildStep(adapter: LoraAdapter): void {
    const { ops } = this.#stepGraph;
    for (const matrix of adapter.matrices) {
      const gradient = ops.mul(matrix.gradient, this.#gradientScale);
      const moments = { first: matrix.firstMoment, second: matrix.secondMoment };
      const updated = ops.adamwStep(matrix.weight, gradient, {
        ...moments,
        settings: this.#settings,
      });
      this.#stepGraph.require(ops.copy(ops.transpose(updated), matrix.transposed));
    }
    this.#stepGraph.place(this.#stepMemory);
  }
}
