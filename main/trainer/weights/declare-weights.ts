import type { LinearPlan, RopeFactors, TensorPlan } from '../../gguf/model/tensor-plan.ts';
import type { Device } from '../device/device.ts';
import { TensorStore } from '../device/tensor-store.ts';
import { elementType, type Tensor } from '../device/tensor.ts';
import { readsBothWays } from '../ops/product.ts';
import { type Destination, fillWeights, rowsAndTransposeInto, rowsInto } from './fill-weights.ts';
import type { ModelFile } from './model-file.ts';
import { type WeightCopy, writeCopies } from './trained-weights.ts';
import {
  chooseComputeType,
  chooseForwardTypes,
  type ForwardTypes,
  type LoadOptions,
} from './weight-types.ts';
import type { GgufTensor } from '../../gguf/header/read-tensors.ts';

/**
 * The weights of a linear layer: `weight` [in, out] in its own type, `transposed` [out, in] for
 * gradients unless kernels read `weight` both ways, `bias` [out] in F32. When they are trained,
 * both are copies in the compute type, or `weight` is the master.
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

/** A tensor of the file that no method trains. */
export interface FixedTensor {
  name: string;
  /** F32. */
  tensor: Tensor;
}

/** Upper bound on tensors: eight linear layers with two copies and a bias, and six norms. */
const tensorsPerBlock = 40;

/**
 * The tensors of a model in memory: declared one by one, allocated at once, then filled from the
 * file, each stretch of it wherever it belongs.
 */
export class DeclaredWeights implements Disposable {
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

  /** A linear layer: in its own type or a faster one, or as master and copies when trained. */
  linear({ weight, bias }: LinearPlan): LinearWeights {
    const matrix = this.#trains ? this.#trainedMatrix(weight) : this.#frozenMatrix(weight);
    return { ...matrix, bias: bias && this.vector(bias) };
  }

  /** The embedding; `head` is the tensor of a head that is tied to it, declared before. */
  embedding(source: GgufTensor, tiedHead: Tensor | undefined): Tensor {
    if (!this.#trains) return tiedHead ?? this.#frozenRows(source);
    const known = this.weights.find(({ name }) => name === source.name);
    return known ? known.master : this.vector(source);
  }

  /** A tensor that is read as F32: a norm, say. */
  vector(source: GgufTensor): Tensor {
    const master = this.#floats(source);
    if (this.#trains)
      this.weights.push({ name: source.name, master, copies: [], readAs: [master] });
    return master;
  }

  /** Factors that no method trains; both lengths share one tensor where the file has one. */
  ropeFactors({ short, long }: TensorPlan['ropeFactors']): RopeFactors<Tensor> {
    const declare = (source: GgufTensor) => {
      const tensor = this.#floats(source);
      this.fixed.push({ name: source.name, tensor });
      return tensor;
    };
    const shortFactors = short && declare(short);
    return { short: shortFactors, long: long === short ? shortFactors : long && declare(long) };
  }

  #frozenMatrix(source: GgufTensor): Omit<LinearWeights, 'bias'> {
    const weight = this.#store.declare(source.ne, this.#forwardTypes.typeOf(source));
    const transposed = this.#transposeOf(weight);
    const destination = transposed
      ? rowsAndTransposeInto(this.#device, { weight, transposed }, source)
      : rowsInto(this.#device, weight, source);
    this.#destinations.push(destination);
    return { weight, transposed };
  }

  /** The master, and copies in the compute type for products; an F32 master is a copy itself. */
  #trainedMatrix(source: GgufTensor): Omit<LinearWeights, 'bias'> {
    const master = this.#floats(source);
    const isExact = this.computeType === elementType.f32;
    const weight = isExact ? master : this.#store.declare(master.ne, this.computeType);
    const transposed = this.#transposeOf(weight);
    const copies: WeightCopy[] = transposed ? [{ tensor: transposed, isTransposed: true }] : [];
    if (!isExact) copies.push({ tensor: weight, isTransposed: false });
    this.weights.push({ name: source.name, master, copies, readAs: [weight, master] });
    return { weight, transposed };
  }

  #transposeOf({ type, ne }: Tensor): Tensor | undefined {
    if (readsBothWays(this.#device, type)) return undefined;
    return this.#store.declare([ne[1], ne[0]], this.computeType);
  }

  #frozenRows(source: GgufTensor): Tensor {
    const tensor = this.#store.declare(source.ne, this.#forwardTypes.typeOf(source));
    this.#destinations.push(rowsInto(this.#device, tensor, source));
    return tensor;
  }

  #floats(source: GgufTensor): Tensor {
    const tensor = this.#store.declareParameter(source.ne);
    this.#destinations.push(rowsInto(this.#device, tensor, source));
    return tensor;
  }

  async #fill(file: ModelFile, signal: AbortSignal): Promise<void> {
    await fillWeights(file, this.#destinations, signal);
    for (const weight of this.weights) refreshCopies(this.#device, weight);
    await file.requireUnchanged();
  }
}

/** Fills the copies of a weight that was just read. */
function refreshCopies(device: Device, { master, copies }: ModelWeight): void {
  if (copies.length > 0) writeCopies(device, { weight: master, copies }, device.readFloats(master));
}
