import type { Recipe } from '../../../shared/domain/recipe/recipe.ts';
import { type PackedBatch, padded, padRows } from '../data/pack.ts';
import {
  chunkTargets,
  crossEntropy,
  declareLossGradientInputs,
  declareLossInputs,
  type LossGradientInputs,
  type LossInputs,
  scoreTargets,
  sumLoss,
} from './cross-entropy.ts';
import { blockBackward, blockForward, type BlockPass } from '../model/block.ts';
import { embed, embedBackward, writeEmbeddingNoise } from '../model/embedding.ts';
import type { BaseModel } from '../weights/base-model.ts';
import { declareContext, type GraphContext, writeLayout } from '../model/graph-context.ts';
import { firstKeysOf, querySpans } from '../model/visible-keys.ts';
import { declareBranchDropout, writeBranchDropout } from '../model/branch-dropout.ts';
import { declareDropout, type KeyedSpans, writeDropout } from '../model/dropout.ts';
import type { TrainedWeights } from '../weights/trained-weights.ts';
import { ComputeGraph, type WorkingMemory } from '../device/compute-graph.ts';
import { elementType, type Tensor } from '../device/tensor.ts';
import type { Device } from '../device/device.ts';
import { add } from '../ops/arithmetic.ts';

/** Lengths are rounded up to this, so that few different graphs occur. */
const bucket = 32;
/** Upper bounds on tensors: of one block forwards (twice, for recomputation) and backwards. */
const tensorsPerBlock = 600;
const tensorsPerQueryBlock = 80;
const tensorsBesides = 2048;

/** Padded lengths of a graph; two batches of equal shape share one. */
export interface GraphShape {
  tokens: number;
  rows: number;
  /** Blocks keep only their input and are computed again in the backward pass. */
  recompute: boolean;
  /** Measures the loss and does nothing else: no backward pass, no dropout, no noise. */
  isForwardOnly: boolean;
  /** The same for every sample of a graph, since one rotation turns all of its tokens. */
  usesLongFactors: boolean;
  /** First key of each span of queries (see firstKeysOf). */
  firstKeys: readonly number[];
}

const graphCapacity = (blocks: number, spans: number) =>
  tensorsBesides + blocks * (tensorsPerBlock + spans * tensorsPerQueryBlock);

/** Rounds the lengths of a batch up to whole buckets. */
export function shapeOf({ tokens, rows, segments }: PackedBatch, recompute: boolean): GraphShape {
  const paddedTokens = Math.ceil(tokens.length / bucket) * bucket;
  return {
    tokens: paddedTokens,
    rows: Math.ceil(rows.length / bucket) * bucket,
    recompute,
    isForwardOnly: false,
    usesLongFactors: false,
    firstKeys: firstKeysOf(segments, paddedTokens),
  };
}

/** The same for measuring the loss alone. */
export const forwardShapeOf = (batch: PackedBatch): GraphShape => ({
  ...shapeOf(batch, false),
  isForwardOnly: true,
});

/** Whether one graph serves both. */
export const isSameShape = (a: GraphShape, b: GraphShape): boolean =>
  a.tokens === b.tokens &&
  a.rows === b.rows &&
  a.recompute === b.recompute &&
  a.isForwardOnly === b.isForwardOnly &&
  a.usesLongFactors === b.usesLongFactors &&
  a.firstKeys.join() === b.firstKeys.join();

/** What a graph trains and the noise that makes it harder; zeros switch that off. */
export interface Training {
  model: BaseModel;
  trained: TrainedWeights;
  noise: Pick<Recipe, 'residualDropout' | 'loraDropout' | 'neftuneAlpha'>;
}

/** What a batch brings along with its tokens. */
export interface BatchSettings {
  /** Factor of the gradient of each trained row. */
  rowWeights: Float32Array;
  /** A name per sample for its random numbers, which follow from it alone. */
  keys: readonly string[];
}

const silence: Training['noise'] = { residualDropout: 0, loraDropout: 0, neftuneAlpha: 0 };

/**
 * One micro-batch as one graph: forward pass, loss, and, unless its shape is forward only, a
 * backward pass that adds the gradients of the summed loss to the sums of the trained weights.
 */
export class TrainingGraph implements Disposable {
  readonly shape: GraphShape;
  readonly #device: Device;
  readonly #graph: ComputeGraph;
  readonly #context: GraphContext;
  readonly #tokens: Tensor;
  readonly #embeddingNoise: Tensor | undefined;
  readonly #neftuneAlpha: number;
  readonly #loss: LossInputs;
  /** Undefined in a graph that is forward only. */
  readonly #gradient: LossGradientInputs | undefined;
  readonly #probabilities: readonly Tensor[];

  constructor(device: Device, { model, trained, noise }: Training, shape: GraphShape) {
    const { tokens, rows, firstKeys, isForwardOnly, usesLongFactors } = shape;
    const spans = querySpans(tokens, firstKeys);
    const graph = new ComputeGraph(device, graphCapacity(model.blocks.length, spans.length));
    const { embeddingLength: width } = model.parameters;
    const sizes = { width, blocks: model.blocks.length, tokens };
    const { neftuneAlpha, residualDropout, loraDropout } = isForwardOnly ? silence : noise;
    this.shape = shape;
    this.#neftuneAlpha = neftuneAlpha;
    this.#device = device;
    this.#graph = graph;
    this.#tokens = graph.input([tokens], elementType.i32);
    this.#context = declareContext(graph, {
      model,
      trained,
      spans,
      usesLongFactors,
      dropout: declareDropout(graph, sizes, residualDropout),
      branchDropout: declareBranchDropout(graph, { model, trained, tokens }, loraDropout),
    });
    this.#embeddingNoise = neftuneAlpha > 0 ? graph.input([width, tokens]) : undefined;
    this.#loss = declareLossInputs(this.#context, rows);
    this.#gradient = isForwardOnly ? undefined : declareLossGradientInputs(this.#context, rows);
    this.#probabilities = this.#build();
  }

  /** Places the graph in working memory; no other graph there may be computed afterwards. */
  place(memory: WorkingMemory): void {
    this.#graph.place(memory);
  }

  /**
   * Computes one batch of this shape; returns the sum of its losses in nats, none weighted. A graph
   * that is forward only needs no settings.
   */
  async run(batch: PackedBatch, settings?: BatchSettings): Promise<number> {
    this.#writeInputs(batch);
    if (settings) {
      this.#writeGradientInputs(settings.rowWeights);
      this.#writeNoise({ spans: batch.spans, keys: settings.keys });
    }
    await this.#graph.compute();
    const probabilities = this.#probabilities.map((tensor) => this.#device.readFloats(tensor));
    return sumLoss(probabilities, batch.rows.length);
  }

  [Symbol.dispose](): void {
    this.#graph[Symbol.dispose]();
  }

  #build(): readonly Tensor[] {
    const context = this.#context;
    const passes: BlockPass[] = [];
    const embedded = embed(context, this.#tokens);
    const noise = this.#embeddingNoise;
    let stream = noise ? add(context.graph, embedded, noise) : embedded;
    for (const index of context.model.blocks.keys()) {
      const pass = blockForward(context, index, stream);
      passes.push(pass);
      stream = pass.output;
    }
    if (!this.#gradient) return scoreTargets(context, stream, this.#loss);
    const lossInputs = { ...this.#loss, ...this.#gradient };
    const { gradient, probabilities } = crossEntropy(context, stream, lossInputs);
    this.#buildBackward(passes, gradient);
    return probabilities;
  }

  #buildBackward(passes: readonly BlockPass[], gradient: Tensor): void {
    const context = this.#context;
    let current: Tensor | undefined = gradient;
    for (const pass of passes.toReversed()) {
      if (!current) break;
      const { recompute } = this.shape;
      const kept: BlockPass = recompute ? blockForward(context, pass.index, pass.input) : pass;
      current = blockBackward(context, kept, current);
    }
    if (current) embedBackward(context, this.#tokens, current);
  }

  #writeNoise(samples: KeyedSpans): void {
    writeDropout(this.#device, this.#context.dropout, samples);
    writeBranchDropout(this.#device, this.#context.branchDropout, samples);
    if (this.#embeddingNoise)
      writeEmbeddingNoise(this.#device, this.#embeddingNoise, samples, this.#neftuneAlpha);
  }

  #writeGradientInputs(rowWeights: Float32Array): void {
    if (!this.#gradient) return;
    const weights = new Float32Array(this.shape.rows);
    weights.set(rowWeights);
    this.#device.write(this.#gradient.weights, weights);
    this.#device.write(this.#gradient.minusOne, Float32Array.of(-1));
  }

  #writeInputs(batch: PackedBatch): void {
    const { tokens, rows } = this.shape;
    const { vocabularySize } = this.#context.model.parameters;
    this.#device.write(this.#tokens, padded(batch.tokens, tokens));
    const positions = padded(batch.positions, tokens);
    writeLayout(this.#context, { positions, segments: batch.segments });
    this.#device.write(this.#loss.rows, padRows(batch.rows, rows));
    const targets = chunkTargets(batch.targets, rows, vocabularySize);
    for (const [index, tensor] of this.#loss.targets.entries())
      this.#device.write(tensor, targets[index] ?? new Int32Array(tensor.ne[0]));
  }
}
