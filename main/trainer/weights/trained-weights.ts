import { elementType, type Tensor } from '../device/tensor.ts';
import { transposed } from './transpose.ts';
import type { Device } from '../device/device.ts';

/** A copy of a weight in the order and type that a product wants: F32 or BF16. */
export interface WeightCopy {
  /** Of the extents of the weight, or of those swapped. */
  tensor: Tensor;
  isTransposed: boolean;
}

/**
 * One trained tensor with all that a run keeps of it: `weight`, `gradient` and both moments are F32
 * on the device and of equal extents. Together with the number of steps taken, the weights and
 * moments of every parameter are the whole state of a run between two optimizer steps (gradients
 * are zero then): read them with `device.readFloats`, set a weight with `writeParameter` and a
 * moment with `device.write`.
 */
export interface TrainedParameter {
  /** Unique in a run: the tensor of the base, or `<tensor of the base>.lora_a` and `.lora_b`. */
  name: string;
  weight: Tensor;
  /** Sum since the last optimizer step. */
  gradient: Tensor;
  firstMoment: Tensor;
  secondMoment: Tensor;
  /** Weight decay acts on matrices; norms and biases are left alone. */
  decays: boolean;
  /** Refreshed after every change of the weight. */
  copies: readonly WeightCopy[];
}

/**
 * The trained branch of one linear layer: s · B·(A·x), Hu et al. 2021, arXiv:2106.09685, 4.1.
 * `a` is A [in, rank]; `b` is kept transposed, as Bᵀ [out, rank]: in this order the outer products of the
 * backward pass run along the long axis, and every product has its operand ready.
 */
export interface LoraBranch {
  /** Name of the base tensor, as in `blk.0.attn_q.weight`. */
  tensorName: string;
  a: TrainedParameter;
  b: TrainedParameter;
  /** s. */
  scale: number;
}

/** What a method trains of a model. A graph asks it, tensor by tensor, where gradients go. */
export interface TrainedWeights extends Disposable {
  /** Every trained tensor, in an order that depends on the model and the recipe alone. */
  readonly parameters: readonly TrainedParameter[];
  /** The trained branch beside a matrix of the model, which stays as it is. */
  branchOf: (weight: Tensor) => LoraBranch | undefined;
  /** Where the gradient of a tensor of the model is summed; undefined for one that is frozen. */
  gradientOf: (weight: Tensor) => Tensor | undefined;
  /** Starts a new batch: gradient sums become zero. */
  clearGradients: () => void;
}

/** Sets the values of a parameter and of every copy of it. */
export function writeParameter(
  device: Device,
  parameter: TrainedParameter,
  values: Float32Array,
): void {
  device.write(parameter.weight, values);
  writeCopies(device, parameter, values);
}

/** Sets the copies of a weight to its values. */
export function writeCopies(
  device: Device,
  { weight, copies }: Pick<TrainedParameter, 'weight' | 'copies'>,
  values: Float32Array,
): void {
  for (const { tensor, isTransposed } of copies) {
    const ordered = isTransposed ? transposed(values, weight.ne[0]) : values;
    device.write(tensor, tensor.type === elementType.bf16 ? rounded(device, ordered) : ordered);
  }
}

function rounded({ ggml }: Device, values: Float32Array): Uint16Array {
  const result = new Uint16Array(values.length);
  ggml.ggml_fp32_to_bf16_row(values, result, values.length);
  return result;
}
