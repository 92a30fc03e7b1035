import { totalmem } from 'node:os';
import type { GgufTensor } from '../../engines/gguf/read-tensors.ts';
import { EngineError } from '../../engines/serve-engine.ts';
import type { Backend } from '../tensor/backend.ts';
import { elementType } from '../tensor/element-type.ts';
import { rowBytes } from '../tensor/row-bytes.ts';
import { elementCount, toExtents, type Tensor } from '../tensor/tensor.ts';
import { TensorStore } from '../tensor/tensor-store.ts';
import { dequantizerOf } from './dequantize.ts';
import { readHyperParameters, type HyperParameters } from './hyper-parameters.ts';
import { toModelError, type ModelFile } from './model-file.ts';
import {
  linearNames,
  mapLinear,
  planTensors,
  type LinearName,
  type TensorPlan,
} from './tensor-plan.ts';
import { TransposedWriter } from './transpose.ts';

/** A frozen matrix: `weight` [in, out] in its own type, `transposed` [out, in] for gradients. */
export interface FrozenMatrix {
  weight: Tensor;
  transposed: Tensor;
}

/** The frozen weights of one block; norms are F32 [embeddingLength]. */
export interface FrozenBlock {
  attentionNorm: Tensor;
  feedForwardNorm: Tensor;
  linear: Record<LinearName, FrozenMatrix>;
}

/** Writes the bytes of one tensor of the file, chunk by chunk, wherever they belong. */
interface Destination {
  source: GgufTensor;
  accept: (chunk: Uint8Array, offsetBytes: number) => void;
}

/** A base model in memory: once loaded, its file is not needed any more. */
export class FrozenModel implements Disposable {
  readonly parameters: HyperParameters;
  /**
   * Type of transposed copies and of backward operands: F32 for an F32 model, so that its
   * gradients are exact, else BF16, which has the range of gradients.
   */
  readonly computeType: number;
  readonly embedding: Tensor;
  readonly head: FrozenMatrix;
  readonly outputNorm: Tensor;
  readonly ropeFactors: Tensor | undefined;
  readonly blocks: readonly FrozenBlock[];
  readonly #backend: Backend;
  readonly #store: TensorStore;
  readonly #destinations: Destination[] = [];

  private constructor(backend: Backend, parameters: HyperParameters, plan: TensorPlan) {
    this.#backend = backend;
    this.parameters = parameters;
    this.computeType = hasOnlyFloats(plan) ? elementType.f32 : elementType.bf16;
    this.#store = new TensorStore(backend, 8 + plan.blocks.length * (2 + 2 * linearNames.length));
    this.outputNorm = this.#declareVector(plan.outputNorm);
    this.ropeFactors = plan.ropeFactors && this.#declareVector(plan.ropeFactors);
    this.head = this.#declareMatrix(plan.head);
    this.embedding =
      plan.head === plan.embedding ? this.head.weight : this.#declareAsIs(plan.embedding);
    this.blocks = plan.blocks.map((block) => ({
      attentionNorm: this.#declareVector(block.attentionNorm),
      feedForwardNorm: this.#declareVector(block.feedForwardNorm),
      linear: mapLinear((name) => this.#declareMatrix(block.linear[name])),
    }));
  }

  /** Loads a Llama model; throws EngineError (see readHyperParameters, planTensors, ModelFile). */
  static async load(backend: Backend, file: ModelFile, signal: AbortSignal): Promise<FrozenModel> {
    const { parameters, plan } = readShape(file);
    requireMemory(plan);
    const model = new FrozenModel(backend, parameters, plan);
    try {
      model.#store.allocate('the weights of the model');
      await model.#read(file, signal);
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

  #declareMatrix(source: GgufTensor): FrozenMatrix {
    const weight = this.#store.declare(source.ne, source.type);
    const { ne } = weight;
    const transposed = this.#store.declare([ne[1], ne[0]], this.computeType);
    let writer: TransposedWriter | undefined;
    this.#destinations.push({
      source,
      accept: (chunk, offsetBytes) => {
        writer ??= new TransposedWriter(this.#backend, transposed, source.type);
        this.#backend.write(weight, chunk, offsetBytes);
        writer.write(chunk);
      },
    });
    return { weight, transposed };
  }

  #declareAsIs(source: GgufTensor): Tensor {
    const tensor = this.#store.declare(source.ne, source.type);
    const accept = (chunk: Uint8Array, offsetBytes: number) =>
      this.#backend.write(tensor, chunk, offsetBytes);
    this.#destinations.push({ source, accept });
    return tensor;
  }

  #declareVector(source: GgufTensor): Tensor {
    const tensor = this.#store.declare(source.ne);
    const accept = (chunk: Uint8Array) => {
      const values = new Float32Array(elementCount(tensor.ne));
      dequantizerOf(this.#backend.ggml, source.type)(chunk, values);
      this.#backend.write(tensor, values);
    };
    this.#destinations.push({ source, accept });
    return tensor;
  }
}

function readShape({ path, header }: ModelFile) {
  try {
    const parameters = readHyperParameters(header);
    return { parameters, plan: planTensors(header, parameters) };
  } catch (error) {
    throw toModelError(path, error);
  }
}

const matrices = (plan: TensorPlan) => [
  plan.head,
  ...plan.blocks.flatMap(({ linear }) => linearNames.map((name) => linear[name])),
];

const hasOnlyFloats = (plan: TensorPlan) =>
  matrices(plan).every(({ type }) => type === elementType.f32);

const gibibytes = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GiB`;

/** The system kills a process that takes more memory than there is, so it is refused before. */
function requireMemory(plan: TensorPlan): void {
  const copyBytes = hasOnlyFloats(plan) ? 4 : 2;
  const neededBytes = matrices(plan).reduce(
    (sum, { ne, sizeBytes }) => sum + sizeBytes + elementCount(toExtents(ne)) * copyBytes,
    plan.embedding.sizeBytes,
  );
  if (neededBytes < totalmem()) return;
  throw new EngineError(
    'OUT_OF_MEMORY',
    `Training this model needs ${gibibytes(neededBytes)} for its weights alone, this machine has ` +
      `${gibibytes(totalmem())}. Choose a smaller base model.`,
  );
}
