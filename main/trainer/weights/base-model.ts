import type { GgufFile } from '../../gguf/header/gguf-file.ts';
import type { LinearName, NormName } from '../../gguf/model/architectures.ts';
import { type HyperParameters, readHyperParameters } from '../../gguf/model/hyper-parameters.ts';
import { planTensors, type RopeFactors, type TensorPlan } from '../../gguf/model/tensor-plan.ts';
import type { Tensor } from '../device/tensor.ts';
import { type ModelFile, toModelError } from './model-file.ts';
import {
  DeclaredWeights,
  type FixedTensor,
  type LinearWeights,
  type ModelWeight,
} from './declare-weights.ts';
import type { Device } from '../device/device.ts';
import type { LoadOptions } from './weight-types.ts';

/** The weights of one block; norms are F32. */
export interface BlockWeights {
  norms: ReadonlyMap<NormName, Tensor>;
  linear: ReadonlyMap<LinearName, LinearWeights>;
}

/**
 * A base model in memory: once loaded, its file is not needed any more. Its weights are frozen
 * unless it was loaded with `trainsWeights`.
 */
export class BaseModel implements Disposable {
  readonly parameters: HyperParameters;
  /** Of the file. */
  readonly metadata: GgufFile['metadata'];
  /**
   * Type of transposed copies and of backward operands: F32 for an F32 model, so that its
   * gradients are exact, else BF16, which has the range of gradients.
   */
  readonly computeType: number;
  readonly embedding: Tensor;
  readonly head: LinearWeights;
  readonly outputNorm: Tensor;
  readonly ropeFactors: RopeFactors<Tensor>;
  readonly blocks: readonly BlockWeights[];
  /** Every weight, in the order of the model, when they are trained; else empty. */
  readonly weights: readonly ModelWeight[];
  /** Tensors that a file of this model holds beside its weights, in no particular order. */
  readonly fixed: readonly FixedTensor[];
  readonly #tensors: DeclaredWeights;

  private constructor({ parameters, metadata, plan }: ModelShape, tensors: DeclaredWeights) {
    this.#tensors = tensors;
    this.parameters = parameters;
    this.metadata = metadata;
    this.computeType = tensors.computeType;
    this.weights = tensors.weights;
    this.fixed = tensors.fixed;
    this.outputNorm = tensors.vector(plan.outputNorm);
    this.ropeFactors = tensors.ropeFactors(plan.ropeFactors);
    this.head = tensors.linear(plan.head);
    const isTied = plan.head.weight === plan.embedding;
    this.embedding = tensors.embedding(plan.embedding, isTied ? this.head.weight : undefined);
    this.blocks = plan.blocks.map(({ norms, linear }) => ({
      norms: mapValues(norms, (norm) => tensors.vector(norm)),
      linear: mapValues(linear, (layer) => tensors.linear(layer)),
    }));
  }

  /** Types of the file that the device cannot compute with, so that wider ones are held. */
  get replacedTypes(): ReadonlySet<string> {
    return this.#tensors.replacedTypes;
  }

  /** Loads a model; throws TrainerError (see readHyperParameters, planTensors, ModelFile). */
  static async load(
    device: Device,
    file: ModelFile,
    signal: AbortSignal,
    options: LoadOptions = {},
  ): Promise<BaseModel> {
    const shape = readModelShape(file);
    const tensors = new DeclaredWeights(device, shape.plan, options);
    try {
      const model = new BaseModel(shape, tensors);
      await tensors.load(file, signal);
      return model;
    } catch (error) {
      tensors[Symbol.dispose]();
      throw error;
    }
  }

  [Symbol.dispose](): void {
    this.#tensors[Symbol.dispose]();
  }
}

/** What the header of a file says about its model. */
export interface ModelShape {
  parameters: HyperParameters;
  metadata: GgufFile['metadata'];
  plan: TensorPlan;
}

/** Reads it; throws TrainerError (see readHyperParameters, planTensors). */
export function readModelShape({ path, header }: ModelFile): ModelShape {
  try {
    const parameters = readHyperParameters(header);
    return { parameters, metadata: header.metadata, plan: planTensors(header, parameters) };
  } catch (error) {
    throw toModelError(path, error);
  }
}

/** The same keys, in the same order, with new values. */
const mapValues = <Key, From, To>(map: ReadonlyMap<Key, From>, turn: (value: From) => To) =>
  new Map([...map].map(([key, value]) => [key, turn(value)] as const));
