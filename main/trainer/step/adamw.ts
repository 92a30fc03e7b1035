import type { Recipe } from '../../../shared/domain/recipe.ts';
import type { TrainedWeights } from '../weights/trained-weights.ts';
import { ComputeGraph, WorkingMemory } from '../device/compute-graph.ts';
import type { Tensor } from '../device/tensor.ts';
import { gradientScale } from './clip.ts';
import type { Device } from '../device/device.ts';

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
    const { ops } = this.#normGraph;
    const sum = parameters
      .map(({ gradient }) => ops.sumOfSquares(gradient))
      .reduce((total, one) => ops.add(total, one));
    this.#normGraph.requireOutput(sum);
    this.#normGraph.place(this.#normMemory);
    return sum;
  }

  #buildStep({ parameters }: TrainedWeights): void {
    const { ops } = this.#stepGraph;
    for (const { weight, gradient, firstMoment, secondMoment, decays, copies } of parameters) {
      const scaled = ops.mul(gradient, this.#gradientScale);
      const settings = decays ? this.#settings : this.#settingsWithoutDecay;
      const state = { first: firstMoment, second: secondMoment, settings };
      const updated = ops.adamwStep(weight, scaled, state);
      this.#stepGraph.require(updated);
      for (const { tensor, isTransposed } of copies)
        this.#stepGraph.require(ops.copy(isTransposed ? ops.transpose(updated) : updated, tensor));
    }
    this.#stepGraph.place(this.#stepMemory);
  }
}
