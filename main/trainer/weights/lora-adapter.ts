import { seededUniform } from '../../../shared/domain/seeded-uniform.ts';
import type { LoraTarget } from '../../../shared/domain/recipe/lora-targets.ts';
import { deriveSeed } from '../data/random.ts';
import { TrainerError } from '../../engines/protocol/errors.ts';
import { TensorStore } from '../device/tensor-store.ts';
import type { Tensor } from '../device/tensor.ts';
import type { BaseModel } from './base-model.ts';
import {
  type LoraBranch,
  type TrainedParameter,
  type TrainedWeights,
  writeParameter,
} from './trained-weights.ts';
import type { Device } from '../device/device.ts';

/** Shape and scale of an adapter, and the seed of its initialization. */
export interface LoraSettings {
  rank: number;
  alpha: number;
  seed: number;
  /** s = α/r when absent or `standard`; α/√r for `rankStable` (rsLoRA, arXiv:2312.03732). */
  loraScaling?: 'standard' | 'rankStable';
  /** Layers that get a branch; all of them when absent. */
  targets?: ReadonlySet<LoraTarget>;
}

/** A LoRA adapter on linear layers of a model, with all it takes to train it. */
export class LoraAdapter implements TrainedWeights {
  /** s of every branch. */
  readonly scale: number;
  readonly settings: LoraSettings;
  readonly branches: readonly LoraBranch[];
  readonly parameters: readonly TrainedParameter[];
  readonly #byWeight = new Map<Tensor, LoraBranch>();
  readonly #weights: TensorStore;
  readonly #gradients: TensorStore;
  readonly #moments: TensorStore;
  readonly #device: Device;

  constructor(device: Device, model: BaseModel, settings: LoraSettings) {
    const count = model.blocks.reduce((sum, { linear }) => sum + linear.size * 2, 0);
    const { alpha, rank, loraScaling } = settings;
    this.#device = device;
    this.settings = settings;
    this.scale = alpha / (loraScaling === 'rankStable' ? Math.sqrt(rank) : rank);
    this.#weights = new TensorStore(device, count);
    this.#gradients = new TensorStore(device, count);
    this.#moments = new TensorStore(device, count * 2);
    this.branches = this.#declareBranches(model);
    this.#requireBranches(model);
    this.parameters = this.branches.flatMap(({ a, b }) => [a, b]);
    this.#weights.allocate('the adapter');
    this.#gradients.allocate('the gradients of the adapter');
    this.#moments.allocate('the optimizer state of the adapter');
    this.#initialize();
  }

  branchOf(weight: Tensor): LoraBranch | undefined {
    return this.#byWeight.get(weight);
  }

  /** Undefined: an adapter leaves every tensor of the model as it is. */
  gradientOf(_weight: Tensor): undefined {
    return undefined;
  }

  clearGradients(): void {
    this.#gradients.clear();
  }

  [Symbol.dispose](): void {
    this.#weights[Symbol.dispose]();
    this.#gradients[Symbol.dispose]();
    this.#moments[Symbol.dispose]();
  }

  #declareBranches({ blocks }: BaseModel): LoraBranch[] {
    const { targets } = this.settings;
    return blocks.flatMap(({ linear }, index) =>
      [...linear]
        .filter(([name]) => targets?.has(name) ?? true)
        .map(([name, { weight }]) => {
          const tensorName = `blk.${index}.${name}.weight`;
          const a = this.#declare(`${tensorName}.lora_a`, weight.ne[0]);
          const b = this.#declare(`${tensorName}.lora_b`, weight.ne[1]);
          const branch = { tensorName, a, b, scale: this.scale };
          this.#byWeight.set(weight, branch);
          return branch;
        }),
    );
  }

  #requireBranches({ blocks, parameters }: BaseModel): void {
    if (this.branches.length > 0) return;
    const layers = [...(blocks[0]?.linear.keys() ?? [])].join(', ');
    throw new TrainerError(
      'NOTHING_TO_TRAIN',
      `None of the layers in “targets” is in ${parameters.name}: its layers are ${layers}.`,
    );
  }

  #declare(name: string, length: number): TrainedParameter {
    const ne = [length, this.settings.rank];
    return {
      name,
      weight: this.#weights.declareParameter(ne),
      gradient: this.#gradients.declare(ne),
      firstMoment: this.#moments.declare(ne),
      secondMoment: this.#moments.declare(ne),
      decays: true,
      copies: [],
    };
  }

  /**
   * A ~ U(±1/√in) as in microsoft/LoRA layers.py (the paper says Gaussian), B = 0: the first step
   * starts from the base model.
   */
  #initialize(): void {
    this.#weights.clear();
    this.#gradients.clear();
    this.#moments.clear();
    for (const [index, { a }] of this.branches.entries()) {
      const uniform = seededUniform(deriveSeed(this.settings.seed, index));
      const bound = 1 / Math.sqrt(a.weight.ne[0]);
      const values = new Float32Array(a.weight.ne[0] * this.settings.rank);
      for (let at = 0; at < values.length; at++) values[at] = (2 * uniform() - 1) * bound;
      writeParameter(this.#device, a, values);
    }
  }
}
