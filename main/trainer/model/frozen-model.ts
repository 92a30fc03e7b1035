import type { GgufFile } from '../../engines/gguf/gguf-file.ts';
import type { LinearName, NormName } from '../../engines/gguf/model/architectures.ts';
import {
  readHyperParameters,
  type HyperParameters,
} from '../../engines/gguf/model/hyper-parameters.ts';
import {
  planTensors,
  type LinearPlan,
  type RopeFactors,
  type TensorPlan,
} from '../../engines/gguf/model/tensor-plan.ts';
import type { GgufTensor } from '../../engines/gguf/read-tensors.ts';
import { EngineError } from '../../engines/serve-engine.ts';
import type { Backend } from '../tensor/backend.ts';
import { elementType } from '../tensor/element-type.ts';
import { rowBytes } from '../tensor/row-bytes.ts';
import { elementCount, toExtents, type Tensor } from '../tensor/tensor.ts';
import { TensorStore } from '../tensor/tensor-store.ts';
import { dequantizerOf } from './dequantize.ts';
import { toModelError, type ModelFile } from './model-file.ts';
import {
  chooseForwardTypes,
  matricesOf,
  type ForwardTypes,
  writeRows,
  type ProductOptions,
} from './forward-copies.ts';
import { writeCopies, type WeightCopy } from './trained-weights.ts';
import { TransposedWriter } from './transpose.ts';

/**
 * A linear layer of the model: `weight` [in, out] in its own type, `transposed` [out, in] for
 * gradients, `bias` [out] in F32. When the weights are trained, both are copies in the compute
 * type, or `weight` is the master.
 */
export interface FrozenMatrix {
  weight: Tensor;
  transposed: Tensor;
  bias: Tensor | undefined;
}

/** The frozen weights of one block; norms are F32. */
export interface FrozenBlock {
  norms: ReadonlyMap<NormName, Tensor>;
  linear: ReadonlyMap<LinearName, FrozenMatrix>;
}

/** A weight that full-parameter training changes. */
export interface ModelWeight {
  /** Name of the tensor in the file. */
  name: string;
  /** F32. */
  master: Tensor;
  copies: WeightCopy[];
  /** The tensors by which graphs read it. */
  readAs: Tensor[];
}

/** How a model is loaded. */
export interface LoadOptions extends ProductOptions {
  /** Declares F32 masters of all weights, to be changed by an optimizer. */
  trainsWeights?: boolean;
}

/** A tensor of the file that no method trains. */
interface FixedTensor {
  name: string;
  /** F32. */
  tensor: Tensor;
}

/** Upper bound on tensors: eight linear layers with two copies and a bias, and six norms. */
const tensorsPerBlock = 40;

/** Writes the bytes of one tensor of the file, chunk by chunk, wherever they belong. */
interface Destination {
  source: GgufTensor;
  accept: (chunk: Uint8Array, offsetBytes: number) => void;
}

/**
 * A base model in memory: once loaded, its file is not needed any more. Its weights are frozen
 * unless it was loaded with `trainsWeights`.
 */
export class FrozenModel implements Disposable {
  readonly parameters: HyperParameters;
  /** Of the file. */
  readonly metadata: GgufFile['metadata'];
  /**
   * Type of transposed copies and of backward operands: F32 for an F32 model, so that its
   * gradients are exact, else BF16, which has the range of gradients.
   */
  readonly computeType: number;
  readonly embedding: Tensor;
  readonly head: FrozenMatrix;
  readonly outputNorm: Tensor;
  readonly ropeFactors: RopeFactors<Tensor>;
  readonly blocks: readonly FrozenBlock[];
  /** Every weight, in the order of the model, when they are trained; else empty. */
  readonly weights: readonly ModelWeight[];
  readonly #weights: ModelWeight[] = [];
  readonly #fixed: FixedTensor[] = [];
  readonly #trains: boolean;
  readonly #forwardTypes: ForwardTypes;
  readonly #backend: Backend;
  readonly #store: TensorStore;
  readonly #destinations: Destination[] = [];

  private constructor(
    backend: Backend,
    { parameters, metadata, plan }: ModelShape,
    options: LoadOptions,
  ) {
    this.#backend = backend;
    this.#trains = options.trainsWeights ?? false;
    this.#forwardTypes = chooseForwardTypes(backend, plan, options);
    this.parameters = parameters;
    this.metadata = metadata;
    this.computeType = chooseComputeType(plan, options);
    this.#store = new TensorStore(backend, 16 + plan.blocks.length * tensorsPerBlock);
    this.weights = this.#weights;
    this.outputNorm = this.#declareVector(plan.outputNorm);
    this.ropeFactors = this.#declareRopeFactors(plan);
    this.head = this.#declareLinear(plan.head);
    this.embedding = this.#declareEmbedding(plan);
    this.blocks = plan.blocks.map(({ norms, linear }) => ({
      norms: mapValues(norms, (norm) => this.#declareVector(norm)),
      linear: mapValues(linear, (layer) => this.#declareLinear(layer)),
    }));
  }

  /** Types of the file that the device cannot compute with, so that wider ones are held. */
  get replacedTypes(): ReadonlySet<string> {
    return this.#forwardTypes.replaced;
  }

  /** Tensors that a file of this model holds beside its weights, in no particular order. */
  get fixed(): readonly FixedTensor[] {
    return this.#fixed;
  }

  /** Loads a model; throws EngineError (see readHyperParameters, planTensors, ModelFile). */
  static async load(
    backend: Backend,
    file: ModelFile,
    signal: AbortSignal,
    options: LoadOptions = {},
  ): Promise<FrozenModel> {
    const shape = readShape(file);
    if (!backend.ledger) requireMemory(backend, shape.plan, options);
    const model = new FrozenModel(backend, shape, options);
    try {
      model.#store.allocate('the weights of the model');
      if (backend.ledger) return model;
      await model.#read(file, signal);
      for (const weight of model.#weights) refreshCopies(backend, weight);
      await file.requireUnchanged();
      return model;
    } catch (error) {
      model[Symbol.dispose]();
      throw error;
    }
  }

  [Symbol.dispose](): void {
    this.#store[Symbol.dispose]();
  }

  async #read(file: ModelFile, signal: AbortSignal): Promise<void> {
    for (const { source, accept } of this.#destinations) {
      let offsetBytes = 0;
      for await (const chunk of file.chunks(source, rowBytes(source.type, source.ne[0] ?? 1))) {
        signal.throwIfAborted();
        accept(chunk, offsetBytes);
        offsetBytes += chunk.length;
      }
    }
  }

  #declareLinear({ weight, bias }: LinearPlan): FrozenMatrix {
    return { ...this.#declareMatrix(weight), bias: bias && this.#declareVector(bias) };
  }

  #declareRopeFactors({ ropeFactors: { short, long } }: TensorPlan): RopeFactors<Tensor> {
    const declare = (source: GgufTensor) => {
      const tensor = this.#declareFloats(source);
      this.#fixed.push({ name: source.name, tensor });
      return tensor;
    };
    const shortFactors = short && declare(short);
    return { short: shortFactors, long: long === short ? shortFactors : long && declare(long) };
  }

  #declareMatrix(source: GgufTensor): Omit<FrozenMatrix, 'bias'> {
    if (this.#trains) return this.#declareTrainedMatrix(source);
    const weight = this.#store.declare(source.ne, this.#forwardTypes.typeOf(source));
    const { ne } = weight;
    const transposed = this.#store.declare([ne[1], ne[0]], this.computeType);
    let writer: TransposedWriter | undefined;
    this.#destinations.push({
      source,
      accept: (chunk, offsetBytes) => {
        writer ??= new TransposedWriter(this.#backend, transposed, source.type);
        writeRows(this.#backend, weight, { source, chunk, offsetBytes });
        writer.write(chunk);
      },
    });
    return { weight, transposed };
  }

  #declareForRows(source: GgufTensor): Tensor {
    const tensor = this.#store.declare(source.ne, this.#forwardTypes.typeOf(source));
    const accept = (chunk: Uint8Array, offsetBytes: number) =>
      writeRows(this.#backend, tensor, { source, chunk, offsetBytes });
    this.#destinations.push({ source, accept });
    return tensor;
  }

  /** The master, and copies in the compute type for products; an F32 master is a copy itself. */
  #declareTrainedMatrix(source: GgufTensor): Omit<FrozenMatrix, 'bias'> {
    const master = this.#declareFloats(source);
    const { ne } = master;
    const isExact = this.computeType === elementType.f32;
    const weight = isExact ? master : this.#store.declare(ne, this.computeType);
    const transposed = this.#store.declare([ne[1], ne[0]], this.computeType);
    const copies = [{ tensor: transposed, isTransposed: true }];
    if (!isExact) copies.push({ tensor: weight, isTransposed: false });
    this.#weights.push({ name: source.name, master, copies, readAs: [weight, master] });
    return { weight, transposed };
  }

  #declareEmbedding({ head, embedding }: TensorPlan): Tensor {
    if (!this.#trains)
      return head.weight === embedding ? this.head.weight : this.#declareForRows(embedding);
    const known = this.#weights.find(({ name }) => name === embedding.name);
    return known ? known.master : this.#declareVector(embedding);
  }

  /** A tensor that is read as F32: a norm, say. */
  #declareVector(source: GgufTensor): Tensor {
    const master = this.#declareFloats(source);
    if (this.#trains)
      this.#weights.push({ name: source.name, master, copies: [], readAs: [master] });
    return master;
  }

  #declareFloats(source: GgufTensor): Tensor {
    const tensor = this.#store.declareParameter(source.ne);
    const dequantize = dequantizerOf(this.#backend.ggml, source.type);
    const rowLength = tensor.ne[0];
    const sourceRowBytes = rowBytes(source.type, rowLength);
    const accept = (chunk: Uint8Array, offsetBytes: number) => {
      const values = new Float32Array((chunk.length / sourceRowBytes) * rowLength);
      dequantize(chunk, values);
      const firstRow = offsetBytes / sourceRowBytes;
      this.#backend.write(tensor, values, firstRow * rowLength * values.BYTES_PER_ELEMENT);
    };
    this.#destinations.push({ source, accept });
    return tensor;
  }
}

/** What the header of a file says about its model. */
interface ModelShape {
  parameters: HyperParameters;
  metadata: GgufFile['metadata'];
  plan: TensorPlan;
}

function readShape({ path, header }: ModelFile): ModelShape {
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

const hasOnlyFloats = (plan: TensorPlan) =>
  matricesOf(plan).every(({ type }) => type === elementType.f32);

function chooseComputeType(plan: TensorPlan, { precision = 'auto' }: LoadOptions): number {
  if (precision !== 'auto') return elementType[precision];
  return hasOnlyFloats(plan) ? elementType.f32 : elementType.bf16;
}

/** Fills the copies of a weight that was just read. */
function refreshCopies(backend: Backend, { master, copies }: ModelWeight): void {
  if (copies.length > 0)
    writeCopies(backend, { weight: master, copies }, backend.readFloats(master));
}

const gibibytes = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GiB`;

/** The system kills a process that takes more memory than there is, so it is refused before. */
function requireMemory(backend: Backend, plan: TensorPlan, options: LoadOptions): void {
  const { memoryBytes, device } = backend;
  const copyBytes = chooseComputeType(plan, options) === elementType.f32 ? 4 : 2;
  // Trained: master, gradient and two moments in F32, and two copies for products.
  const trainedBytes = 16 + 2 * copyBytes;
  const bytesOf = ({ ne, sizeBytes }: GgufTensor) => {
    const count = elementCount(toExtents(ne));
    return options.trainsWeights ? count * trainedBytes : sizeBytes + count * copyBytes;
  };
  const neededBytes = matricesOf(plan).reduce(
    (sum, matrix) => sum + bytesOf(matrix),
    plan.embedding.sizeBytes,
  );
  if (neededBytes < memoryBytes) return;
  throw new EngineError(
    'OUT_OF_MEMORY',
    `Training this model needs ${gibibytes(neededBytes)} for its weights alone, ${device} has ` +
      `${gibibytes(memoryBytes)}. Choose a smaller base model, or another device.`,
  );
}
