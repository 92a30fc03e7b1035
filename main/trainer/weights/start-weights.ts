import { parseTargets } from '../../../shared/domain/lora-targets.ts';
import type { Recipe } from '../../../shared/domain/recipe.ts';
import type { BaseModel } from './base-model.ts';
import type { LoadOptions } from './declare-weights.ts';
import { FullParameters } from './full-parameters.ts';
import { LoraAdapter } from './lora-adapter.ts';
import { initializeWeights } from './random-start.ts';
import type { TrainedWeights } from './trained-weights.ts';
import type { Device } from '../device/device.ts';

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
