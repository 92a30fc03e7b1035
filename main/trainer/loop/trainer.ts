import type { Recipe } from '../../../shared/domain/recipe.ts';
import type { GgufContent } from '../../engines/gguf/gguf-content.ts';
import type { EncodedSample } from '../../engines/protocol/trainer.ts';
import { toGgufAdapter } from '../adapter/gguf-adapter.ts';
import { toGgufModel } from '../adapter/gguf-model.ts';
import { packSamples } from '../data/pack.ts';
import type { FrozenModel } from '../model/frozen-model.ts';
import { LoraAdapter } from '../model/lora-adapter.ts';
import type { TrainedParameter, TrainedWeights } from '../model/trained-weights.ts';
import { AdamwOptimizer, type StepInput } from '../optim/adamw.ts';
import type { Backend } from '../tensor/backend.ts';
import { WorkingMemory } from '../tensor/compute-graph.ts';
import { shouldRecompute } from './memory-policy.ts';
import { startWeights } from './start-weights.ts';
import { isSameShape, shapeOf, TrainingGraph, type GraphShape } from './training-graph.ts';

/** A model, what is trained of it, and the optimizer: computes gradients and applies them. */
export class Trainer implements Disposable {
  readonly trained: TrainedWeights;
  readonly #backend: Backend;
  readonly #model: FrozenModel;
  readonly #outputType: Recipe['outputType'];
  readonly #optimizer: AdamwOptimizer;
  #graph: TrainingGraph | undefined;
  readonly #memory: WorkingMemory;

  constructor(backend: Backend, model: FrozenModel, recipe: Recipe) {
    this.#backend = backend;
    this.#model = model;
    this.#outputType = recipe.outputType;
    this.trained = startWeights(backend, model, recipe);
    this.#optimizer = new AdamwOptimizer(backend, this.trained, recipe);
    this.#memory = new WorkingMemory(backend);
  }

  /** Every trained tensor with its moments: the state of the run (see TrainedParameter). */
  get parameters(): readonly TrainedParameter[] {
    return this.trained.parameters;
  }

  /** What was trained so far as a file that inference loads: an adapter, or a whole model. */
  toGguf(name: string): GgufContent {
    const { trained } = this;
    const { architecture } = this.#model.parameters;
    if (trained instanceof LoraAdapter)
      return toGgufAdapter(this.#backend, trained, { name, architecture });
    const parts = { model: this.#model, trained };
    return toGgufModel(this.#backend, parts, { name, type: this.#outputType });
  }

  /** Adds the gradients of samples side by side to their sums; returns the summed loss in nats. */
  async accumulate(samples: readonly EncodedSample[]): Promise<number> {
    const batch = packSamples(samples);
    const recompute = shouldRecompute(batch.tokens.length, this.#model.parameters);
    return await this.#graphFor(shapeOf(batch, recompute)).run(batch);
  }

  /** Applies the gradient sums and starts new ones; returns the norm of the mean gradient. */
  async applyGradients(input: StepInput): Promise<number> {
    const gradNorm = await this.#optimizer.step(input);
    this.trained.clearGradients();
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
    const graph = new TrainingGraph(this.#backend, this.#model, this.trained, shape);
    graph.place(this.#memory);
    this.#graph = graph;
    return graph;
  }
}
