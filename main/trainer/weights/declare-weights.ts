import type { LinearPlan, RopeFactors, TensorPlan } from '../../gguf/model/tensor-plan.ts';
import type { GgufTensor } from '../../gguf/header/read-tensors.ts';
import { elementType, rowBytes, type Tensor } from '../device/tensor.ts';
import { TensorStore } from '../device/tensor-store.ts';
import {
  chooseForwardTypes,
  type ForwardTypes,
  matricesOf,
  type ProductOptions,
} from './forward-copies.ts';
import type { ModelFile } from './model-file.ts';
import { writeRows } from './write-rows.ts';
import { type WeightCopy, writeCopies } from './trained-weights.ts';
import { TransposedWriter } from './transpose.ts';
import type { Device } from '../device/device.ts';
import { readsBothWays } from '../ops/product.ts';

/**
 * A linear layer of the model: `weight` [in, out] in its own type, `transposed` [out, in] for
 * gradients unless kernels read `weight` both ways, `bias` [out] in F32. When the weights are
 * trained, both are copies in the compute type, or `weight` is the master.
 */
export interface LinearWeights {
  weight: Tensor;
  transposed: Tensor | undefined;
  bias: Tensor | undefined;
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
export interface FixedTensor {
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
 * The tensors of a model in memory: declared one by one, allocated at once, then filled from the
 * file, each stretch of it wherever it belongs.
 */
export class ModelWeights implements Disposable {
  /** See BaseModel. */
  readonly computeType: number;
  /** What is trained, in the order of declaration. */
  readonly weights: ModelWeight[] = [];
  readonly fixed: FixedTensor[] = [];
  readonly #trains: boolean;
  readonly #forwardTypes: ForwardTypes;
  readonly #device: Device;
  readonly #store: TensorStore;
  readonly #destinations: Destination[] = [];

  constructor(device: Device, plan: TensorPlan, options: LoadOptions) {
    this.#device = device;
    this.#trains = options.trainsWeights ?? false;
    this.#forwardTypes = chooseForwardTypes(device, plan, options);
    this.computeType = chooseComputeType(plan, options);
    this.#store = new TensorStore(device, 16 + plan.blocks.length * tensorsPerBlock);
  }

  /** See BaseModel; complete when everything is declared. */
  get replacedTypes(): ReadonlySet<string> {
    return this.#forwardTypes.replaced;
  }

  /** Makes room for all that was declared, and fills it. */
  async load(file: ModelFile, signal: AbortSignal): Promise<void> {
    this.#store.allocate('the weights of the model');
    await this.#device.moveData(() => this.#fill(file, signal));
  }

  [Symbol.dispose](): void {
    this.#store[Symbol.dispose]();
  }

  async #fill(file: ModelFile, signal: AbortSignal): Promise<void> {
    await this.#read(file, signal);
    for (const weight of this.weights) refreshCopies(this.#device, weight);
    await file.requireUnchanged();
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

  /** A linear layer: in its own type or a faster one, or as master and copies when trained. */
  linear({ weight, bias }: LinearPlan): LinearWeights {
    return { ...this.#declareMatrix(weight), bias: bias && this.vector(bias) };
  }

  /** Factors that no method trains; both lengths share one tensor where the file has one. */
  ropeFactors({ short, long }: TensorPlan['ropeFactors']): RopeFactors<Tensor> {
    const declare = (source: GgufTensor) => {
      const tensor = this.#declareFloats(source);
      this.fixed.push({ name: source.name, tensor });
      return tensor;
    };
    const shortFactors = short && declare(short);
    return { short: shortFactors, long: long === short ? shortFactors : long && declare(long) };
  }

  #declareMatrix(source: GgufTensor): Omit<LinearWeights, 'bias'> {
    if (this.#trains) return this.#declareTrainedMatrix(source);
    const weight = this.#store.declare(source.ne, this.#forwardTypes.typeOf(source));
    const { ne } = weight;
    if (readsBothWays(this.#device, weight.type)) {
      this.#destinations.push(this.#rowsInto(weight, source));
      return { weight, transposed: undefined };
    }
    const transposed = this.#store.declare([ne[1], ne[0]], this.computeType);
    let writer: TransposedWriter | undefined;
    this.#destinations.push({
      source,
      accept: (chunk, offsetBytes) => {
        writer ??= new TransposedWriter(this.#device, transposed, source.type);
        writeRows(this.#device, weight, { source, chunk, offsetBytes });
        writer.write(chunk);
      },
    });
    return { weight, transposed };
  }

  #declareForRows(source: GgufTensor): Tensor {
    const tensor = this.#store.declare(source.ne, this.#forwardTypes.typeOf(source));
    this.#destinations.push(this.#rowsInto(tensor, source));
    return tensor;
  }

  #rowsInto(tensor: Tensor, source: GgufTensor): Destination {
    const accept = (chunk: Uint8Array, offsetBytes: number) =>
      writeRows(this.#device, tensor, { source, chunk, offsetBytes });
    return { source, accept };
  }

  /** The master, and copies in the compute type for products; an F32 master is a copy itself. */
  #declareTrainedMatrix(source: GgufTensor): Omit<LinearWeights, 'bias'> {
    const master = this.#declareFloats(source);
    const { ne } = master;
    const isExact = this.computeType === elementType.f32;
    const weight = isExact ? master : this.#store.declare(ne, this.computeType);
    const transposed = readsBothWays(this.#device, weight.type)
      ? undefined
      : this.#store.declare([ne[1], ne[0]], this.computeType);
    const copies: WeightCopy[] = transposed ? [{ tensor: transposed, isTransposed: true }] : [];
    if (!isExact) copies.push({ tensor: weight, isTransposed: false });
    this.weights.push({ name: source.name, master, copies, readAs: [weight, master] });
    return { weight, transposed };
  }

  /** The embedding; `head` is the tensor of a head that is tied to it, declared before. */
  embedding(source: GgufTensor, tiedHead: Tensor | undefined): Tensor {
    if (!this.#trains) return tiedHead ?? this.#declareForRows(source);
    const known = this.weights.find(({ name }) => name === source.name);
    return known ? known.master : this.vector(source);
  }

  /** A tensor that is read as F32: a norm, say. */
  vector(source: GgufTensor): Tensor {
    const master = this.#declareFloats(source);
    if (this.#trains)
      this.weights.push({ name: source.name, master, copies: [], readAs: [master] });
    return master;
  }

  #declareFloats(source: GgufTensor): Tensor {
    const tensor = this.#store.declareParameter(source.ne);
    this.#destinations.push(this.#rowsInto(tensor, source));
    return tensor;
  }
}

const hasOnlyFloats = (plan: TensorPlan) =>
  matricesOf(plan).every(({ type }) => type === elementType.f32);

/** Type of the copies and backward operands of a model (see BaseModel). */
export function chooseComputeType(plan: TensorPlan, { precision = 'auto' }: LoadOptions): number {
  if (precision !== 'auto') return elementType[precision];
  return hasOnlyFloats(plan) ? elementType.f32 : elementType.bf16;
}

/** Fills the copies of a weight that was just read. */
function refreshCopies(device: Device, { master, copies }: ModelWeight): void {
  if (copies.length > 0) writeCopies(device, { weight: master, copies }, device.readFloats(master));
}
