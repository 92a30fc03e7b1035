import { parseTargets } from '../../../shared/domain/recipe/lora-targets.ts';
import type { Recipe } from '../../../shared/domain/recipe/recipe.ts';
import type { BaseModel } from './base-model.ts';
import { FullParameters } from './full-parameters.ts';
import { LoraAdapter } from './lora-adapter.ts';
import { type TrainedParameter, type TrainedWeights, writeParameter } from './trained-weights.ts';
import type { Device } from '../device/device.ts';
import { seededUniform } from '../../../shared/domain/seeded-uniform.ts';
import { deriveSeed } from '../data/random.ts';
import { elementCount } from '../device/tensor.ts';
import type { LoadOptions } from './weight-types.ts';

/** How a method needs its base model to be loaded. */
export const loadOptions = ({ method, precision }: Recipe): LoadOptions => ({
  trainsWeights: method === 'full',
  precision,
  usesForwardCopies: true,
});

/** What a recipe trains, as it is before the first step. */
export function startWeights(device: Device, model: BaseModel, recipe: Recipe): TrainedWeights {
  if (recipe.method === 'full') {
    const weights = new FullParameters(device, model);
    if (recipe.initialization === 'random')
      device.moveData(() => initializeWeights(device, weights, recipe.seed));
    return weights;
  }
  const targets = parseTargets(recipe.targets);
  if (!targets) throw new RangeError(`“${recipe.targets}” names no layers`);
  return new LoraAdapter(device, model, { ...recipe, targets });
}

/** Standard deviation of matrices at the start (GPT-2, and Hugging Face's `initializer_range`). */
const deviation = 0.02;
/** Projections onto the residual stream: scaled by 1/√(2 · layers), as GPT-2 does. */
const residualProjection = /\.(attn_output|ffn_down)\.weight$/;

/**
 * Replaces every weight by random values, equal on every machine for equal seeds: matrices normal
 * with a deviation of 0.02, norms 1, biases 0.
 */
export function initializeWeights(
  device: Device,
  { parameters }: TrainedWeights,
  seed: number,
): void {
  const layers = parameters.filter(({ name }) => name.endsWith('.ffn_down.weight')).length;
  const residualDeviation = deviation / Math.sqrt(2 * Math.max(layers, 1));
  for (const [index, parameter] of parameters.entries()) {
    const spread = residualProjection.test(parameter.name) ? residualDeviation : deviation;
    const next = normal(seededUniform(deriveSeed(seed, index)));
    const valueOf = startValue(parameter, () => next() * spread);
    const values = new Float32Array(elementCount(parameter.weight.ne));
    for (let at = 0; at < values.length; at++) values[at] = valueOf();
    writeParameter(device, parameter, values);
  }
}

function startValue({ name, decays }: TrainedParameter, random: () => number): () => number {
  if (decays) return random;
  return name.endsWith('.bias') ? () => 0 : () => 1;
}

/** Normal numbers (Box and Muller). */
const normal = (uniform: () => number) => () =>
  Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
