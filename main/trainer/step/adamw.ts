import type { Recipe } from '../../../shared/domain/recipe/recipe.ts';
import type { TrainedWeights } from '../weights/trained-weights.ts';
import { ComputeGraph, WorkingMemory } from '../device/compute-graph.ts';
import type { Tensor } from '../device/tensor.ts';
import type { Device } from '../device/device.ts';
import { add, mul, sumOfSquares } from '../ops/arithmetic.ts';
import { copy, transpose } from '../ops/layout.ts';
import { adamwStep } from '../ops/optimizer.ts';

const tensorsPerParameter = 12;

type AdamwFields = Pick<Recipe, 'beta1' | 'beta2' | 'epsilon' | 'weightDecay' | 'maxGradNorm'>;

/** What one optimizer step needs to know. */
export interface StepInput {
  /** Counted from 1. */
  step: number;
  learningRate: number;
  /** What gradient sums are divided by: the trained tokens of the batch, unless they are weighted. */
  weightSum: number;
}

/**
 * AdamW with decoupled weight decay (Loshchilov and Hutter, arXiv:1711.05101) on trained weights, and
 * gradient clipping by global norm. Weight decay acts on matrices only, never on norms and biases.
 * Weights, gradients and moments stay on the device.
 */
export class AdamwOptimizer implements Disposable {
  readonly #device: Device;
  readonly #recipe: AdamwFields;
  /** Inputs that no node reads have no memory to write to. */
  readonly #hasWeightsWithoutDecay: boolean;
  readonly #normGraph: ComputeGraph;
  readonly #stepGraph: ComputeGraph;
  readonly #normMemory: WorkingMemory;
  readonly #stepMemory: WorkingMemory;
  readonly #sumOfSquares: Tensor;
  readonly #gradientScale: Tensor;
  readonly #settings: Tensor;
  readonly #settingsWithoutDecay: Tensor;

  constructor(device: Device, trained: TrainedWeights, recipe: AdamwFields) {
    const capacity = 64 + trained.parameters.length * tensorsPerParameter;
    this.#device = device;
    this.#recipe = recipe;
    this.#normGraph = new ComputeGraph(device, capacity);
    this.#stepGraph = new ComputeGraph(device, capacity);
    this.#hasWeightsWithoutDecay = trained.parameters.some(({ decays }) => !decays);
    this.#normMemory = new WorkingMemory(device);
    this.#stepMemory = new WorkingMemory(device);
    this.#sumOfSquares = this.#buildNorm(trained);
    this.#gradientScale = this.#stepGraph.input([1]);
    this.#settings = this.#stepGraph.input([7]);
    this.#settingsWithoutDecay = this.#stepGraph.input([7]);
    this.#buildStep(trained);
  }

  /**
   * Updates the weights from their gradient sums. Returns the norm of the mean gradient before
   * clipping; the weights are left as they were when that is not finite.
   */
  async step({ step, learningRate, weightSum }: StepInput): Promise<number> {
    const { beta1, beta2, epsilon, weightDecay, maxGradNorm } = this.#recipe;
    await this.#normGraph.compute();
    const [sum = NaN] = this.#device.readFloats(this.#sumOfSquares);
    const { scale, gradNorm } = gradientScale(Math.sqrt(sum), weightSum, maxGradNorm);
    if (!Number.isFinite(gradNorm)) return gradNorm;
    const corrections = [1 / (1 - beta1 ** step), 1 / (1 - beta2 ** step)];
    const settings = (decay: number) =>
      Float32Array.of(learningRate, beta1, beta2, epsilon, decay, ...corrections);
    this.#device.write(this.#gradientScale, Float32Array.of(scale));
    this.#device.write(this.#settings, settings(weightDecay));
    if (this.#hasWeightsWithoutDecay) this.#device.write(this.#settingsWithoutDecay, settings(0));
    await this.#stepGraph.compute();
    return gradNorm;
  }

  [Symbol.dispose](): void {
    this.#normGraph[Symbol.dispose]();
    this.#stepGraph[Symbol.dispose]();
    this.#normMemory[Symbol.dispose]();
    this.#stepMemory[Symbol.dispose]();
  }

  #buildNorm({ parameters }: TrainedWeights): Tensor {
    const graph = this.#normGraph;
    const sum = parameters
      .map(({ gradient }) => sumOfSquares(graph, gradient))
      .reduce((total, one) => add(graph, total, one));
    graph.requireOutput(sum);
    graph.place(this.#normMemory);
    return sum;
  }

  #buildStep({ parameters }: TrainedWeights): void {
    const graph = this.#stepGraph;
    for (const { weight, gradient, firstMoment, secondMoment, decays, copies } of parameters) {
      const scaled = mul(graph, gradient, this.#gradientScale);
      const settings = decays ? this.#settings : this.#settingsWithoutDecay;
      const updated = adamwStep(graph, weight, scaled, { firstMoment, secondMoment, settings });
      graph.require(updated);
      for (const { tensor, isTransposed } of copies)
        graph.require(copy(graph, isTransposed ? transpose(graph, updated) : updated, tensor));
    }
    graph.place(this.#stepMemory);
  }
}

/**
 * Factor that turns the summed gradients of a batch into the ones the optimizer sees: mean over
 * `weightSum`, scaled down to norm `maxGradNorm` (0: never). `sumNorm` is the L2 norm of the sum.
 */
export function gradientScale(
  sumNorm: number,
  weightSum: number,
  maxGradNorm: number,
): { scale: number; gradNorm: number } {
  const gradNorm = sumNorm / weightSum;
  const clip = maxGradNorm > 0 && gradNorm > maxGradNorm ? maxGradNorm / gradNorm : 1;
  return { scale: clip / weightSum, gradNorm };
}
