import { TensorStore } from '../device/tensor-store.ts';
import type { Tensor } from '../device/tensor.ts';
import type { BaseModel } from './base-model.ts';
import type { TrainedParameter, TrainedWeights } from './trained-weights.ts';
import type { Device } from '../device/device.ts';

/**
 * Every weight of a model as a trained parameter: linear layers, norms, embedding and head (one
 * parameter when they are tied, whose gradient adds both up). The masters are F32 and lie in the
 * model, which has to be loaded with `trainsWeights`; products read copies in its compute type.
 */
export class FullParameters implements TrainedWeights {
  readonly parameters: readonly TrainedParameter[];
  readonly #gradientOf = new Map<Tensor, Tensor>();
  readonly #gradients: TensorStore;
  readonly #moments: TensorStore;

  constructor(device: Device, { weights }: BaseModel) {
    if (weights.length === 0) throw new Error('The model was loaded with frozen weights');
    this.#gradients = new TensorStore(device, weights.length);
    this.#moments = new TensorStore(device, weights.length * 2);
    this.parameters = weights.map(({ name, master, copies, readAs }) => {
      const { ne } = master;
      const gradient = this.#gradients.declare(ne);
      for (const tensor of readAs) this.#gradientOf.set(tensor, gradient);
      const firstMoment = this.#moments.declare(ne);
      const secondMoment = this.#moments.declare(ne);
      const decays = ne[1] > 1;
      return { name, weight: master, gradient, firstMoment, secondMoment, decays, copies };
    });
    this.#gradients.allocate('the gradients of the model');
    this.#moments.allocate('the optimizer state of the model');
    this.#gradients.clear();
    this.#moments.clear();
  }

  /** Undefined: the matrices themselves are trained. */
  branchOf(_weight: Tensor): undefined {
    return undefined;
  }

  gradientOf(weight: Tensor): Tensor | undefined {
    return this.#gradientOf.get(weight);
  }

  clearGradients(): void {
    this.#gradients.clear();
  }

  [Symbol.dispose](): void {
    this.#gradients[Symbol.dispose]();
    this.#moments[Symbol.dispose]();
  }
}
