import type { Recipe } from '../../../shared/domain/recipe/recipe.ts';
import type { GgufStream } from '../../gguf/write/gguf-content.ts';
import type { EncodedSample } from '../../engines/protocol/trainer.ts';
import { toGgufAdapter, toGgufModel } from '../export/gguf-checkpoint.ts';
import { usesLongFactors } from '../model/graph-context.ts';
import { packSamples, weighRows } from '../data/pack.ts';
import type { BaseModel } from '../weights/base-model.ts';
import { LoraAdapter } from '../weights/lora-adapter.ts';
import type { TrainedParameter, TrainedWeights } from '../weights/trained-weights.ts';
import { AdamwOptimizer, type StepInput } from './adamw.ts';
import { WorkingMemory } from '../device/compute-graph.ts';
import { startWeights } from '../weights/start-weights.ts';
import {
  forwardShapeOf,
  type GraphShape,
  isSameShape,
  shapeOf,
  TrainingGraph,
} from './training-graph.ts';
import type { Device } from '../device/device.ts';
import type { HyperParameters } from '../../gguf/model/hyper-parameters.ts';
import { attendsByKernel } from '../model/visible-keys.ts';

/** A model, what is trained of it, and the optimizer: computes gradients and applies them. */
export class Trainer implements Disposable {
  readonly trained: TrainedWeights;
  readonly #device: Device;
  readonly #model: BaseModel;
  readonly #recipe: Recipe;
  /** Of the rows whose gradients were added up since the last step. */
  #weightSum = 0;
  readonly #optimizer: AdamwOptimizer;
  #graph: TrainingGraph | undefined;
  readonly #memory: WorkingMemory;

  constructor(device: Device, model: BaseModel, recipe: Recipe) {
    this.#device = device;
    this.#model = model;
    this.#recipe = recipe;
    this.trained = startWeights(device, model, recipe);
    this.#optimizer = new AdamwOptimizer(device, this.trained, recipe);
    this.#memory = new WorkingMemory(device);
  }

  /** Every trained tensor with its moments: the state of the run (see TrainedParameter). */
  get parameters(): readonly TrainedParameter[] {
    return this.trained.parameters;
  }

  /** What is trained when it is written, as a file for inference: an adapter, or a whole model. */
  toGguf(name: string): GgufStream {
    const { trained } = this;
    const { architecture } = this.#model.parameters;
    const { outputType, chatTemplate } = this.#recipe;
    if (trained instanceof LoraAdapter)
      return toGgufAdapter(this.#device, trained, { name, architecture, chatTemplate });
    const weights = { model: this.#model, trained };
    return toGgufModel(this.#device, weights, { name, type: outputType, chatTemplate });
  }

  /**
   * Adds the gradients of samples side by side to their sums; returns the summed loss in nats,
   * unweighted. Dropout and noise follow from the seed, `step` and the id of each sample alone.
   */
  async accumulate(samples: readonly EncodedSample[], step = 1): Promise<number> {
    let loss = 0;
    for (const alike of this.#byRotation(samples)) loss += await this.#accumulateAlike(alike, step);
    return loss;
  }

  async #accumulateAlike(
    { samples, usesLongFactors }: AlikeSamples,
    step: number,
  ): Promise<number> {
    const batch = packSamples(samples);
    const { parameters } = this.#model;
    const recompute = shouldRecompute(this.#device, parameters, batch.tokens.length);
    const { seed, lossWeighting } = this.#recipe;
    const rowWeights = weighRows(samples, lossWeighting);
    this.#weightSum += rowWeights.reduce((sum, weight) => sum + weight, 0);
    const keys = samples.map(({ id }) => `${seed}/${step}/${id}`);
    const shape = { ...shapeOf(batch, recompute), usesLongFactors };
    return await this.#graphFor(shape).run(batch, { rowWeights, keys });
  }

  /**
   * The summed loss of samples side by side in nats, unweighted, without dropout or noise. Changes
   * nothing of the training: no gradient is added, and no random number drawn.
   */
  async measureLoss(samples: readonly EncodedSample[]): Promise<number> {
    let loss = 0;
    for (const { samples: alike, usesLongFactors } of this.#byRotation(samples)) {
      const batch = packSamples(alike);
      loss += await this.#graphFor({ ...forwardShapeOf(batch), usesLongFactors }).run(batch);
    }
    return loss;
  }

  /** One rotation turns all tokens of a graph: what a sample computes must not hang on the others. */
  #byRotation(samples: readonly EncodedSample[]): AlikeSamples[] {
    const isLong = ({ tokens }: EncodedSample) => usesLongFactors(this.#model, tokens.length);
    const groups = Map.groupBy(samples, isLong);
    return [...groups].map(([long, alike]) => ({ samples: alike, usesLongFactors: long }));
  }

  /**
   * Applies the gradient sums, over the weights of all samples since the last step, and starts new
   * ones; returns the norm of that mean gradient.
   */
  async applyGradients(step: Omit<StepInput, 'weightSum'>): Promise<number> {
    const gradNorm = await this.#optimizer.step({ ...step, weightSum: this.#weightSum });
    this.trained.clearGradients();
    this.#weightSum = 0;
    return gradNorm;
  }

  [Symbol.dispose](): void {
    this.#graph?.[Symbol.dispose]();
    this.#memory[Symbol.dispose]();
    this.#optimizer[Symbol.dispose]();
    this.trained[Symbol.dispose]();
  }

  /** The last graph when the shape is the same; else a new one in the same memory. */
  #graphFor(shape: GraphShape): TrainingGraph {
    if (this.#graph && isSameShape(this.#graph.shape, shape)) return this.#graph;
    this.#graph?.[Symbol.dispose]();
    this.#graph = undefined;
    const training = { model: this.#model, trained: this.trained, noise: this.#recipe };
    const graph = new TrainingGraph(this.#device, training, shape);
    graph.place(this.#memory);
    this.#graph = graph;
    return graph;
  }
}

interface AlikeSamples {
  samples: readonly EncodedSample[];
  usesLongFactors: boolean;
}

/** Share of a device's memory that kept activations may take. */
const activationShare = 0.25;

/**
 * Estimates the activations that a block keeps for its backward pass, in bytes: about twelve
 * tensors as wide as the residual stream, four as wide as the feed-forward part, and the
 * attention weights of every head where these are kept.
 */
function activationBytes(
  tokens: number,
  parameters: HyperParameters,
  keepsWeights: boolean,
): number {
  const { embeddingLength, feedForwardLength, heads, layers } = parameters;
  const weights = keepsWeights ? heads * tokens : 0;
  const perToken = 12 * embeddingLength + 4 * feedForwardLength + weights;
  return layers * tokens * perToken * Float32Array.BYTES_PER_ELEMENT;
}

/**
 * True when blocks should be computed a second time in the backward pass instead of being kept:
 * a third more work for a fraction of the memory.
 */
function shouldRecompute(
  { kernels, memoryBytes }: Device,
  parameters: HyperParameters,
  tokens: number,
): boolean {
  const keepsWeights = !attendsByKernel(kernels, parameters);
  return activationBytes(tokens, parameters, keepsWeights) > memoryBytes * activationShare;
}
