import { z } from 'zod';
import { loraTargets, parseTargets, type LoraTarget } from '../recipe/lora-targets.ts';
import { mostTemplateCharacters, type Recipe } from '../recipe/recipe.ts';

const adapterFacts = z.object({
  /** Of the GGUF file; of an adapter of PEFT as the GGUF file that it becomes. */
  sha256: z.string(),
  rank: z.number().int(),
  /** The scale of its branches times the rank, as with `loraScaling` standard. */
  alpha: z.number(),
  /** Layers with a branch, as a recipe names them. */
  targets: z.string(),
  /** The same one by one, without those that the base does not have. */
  layers: z.array(z.enum(loraTargets)),
  /** Layers of its base that it leaves alone. */
  untrained: z.array(z.enum(loraTargets)),
  /** The chat template that trained it; empty where that is its base's, or nothing tells. */
  chatTemplate: z.string().max(mostTemplateCharacters),
  /** Hash of the base that it was trained on, where anything tells. */
  adapterBaseSha256: z.string().nullable(),
});
/** What an adapter is, as a run that starts from it has to be. */
export interface AdapterFacts extends z.infer<typeof adapterFacts> {}
export const adapterFactsSchema: z.ZodType<AdapterFacts> = adapterFacts;

/** Layers in words of a recipe: `all`, `attention`, `mlp`, or one by one; `untrained` ones lack. */
export function targetsText(
  layers: ReadonlySet<LoraTarget>,
  untrained: readonly LoraTarget[],
): string {
  const group = ['all', 'attention', 'mlp'].find((name) => {
    const named = parseTargets(name) ?? new Set();
    return [...layers].every((one) => named.has(one)) && !untrained.some((one) => named.has(one));
  });
  return group ?? loraTargets.filter((one) => layers.has(one)).join(',');
}

type Shape = Pick<Recipe, 'rank' | 'alpha' | 'loraScaling' | 'targets'>;

/** What of a recipe says otherwise than the adapter that it starts from; empty when nothing does. */
export function adapterContradiction(recipe: Shape, facts: AdapterFacts): string {
  const { rank, alpha, loraScaling } = recipe;
  const scale = alpha / (loraScaling === 'standard' ? rank : Math.sqrt(rank));
  const isSameScale = Math.abs((scale * facts.rank) / facts.alpha - 1) < 1e-6;
  const named = parseTargets(recipe.targets) ?? new Set();
  // Layers that the base does not have may be named or not.
  const isSame =
    facts.layers.every((one) => named.has(one)) && !facts.untrained.some((one) => named.has(one));
  const differences = [
    ...(rank === facts.rank ? [] : [`rank is ${rank}, that of the adapter ${facts.rank}`]),
    ...(isSameScale || rank !== facts.rank
      ? []
      : [`alpha is ${alpha} (${loraScaling}), that of the adapter ${facts.alpha} (standard)`]),
    ...(isSame ? [] : [`targets is ${recipe.targets}, that of the adapter ${facts.targets}`]),
  ];
  if (differences.length === 0) return '';
  return (
    `The recipe contradicts the adapter that the run starts from: ${differences.join('; ')}. ` +
    `Set rank=${facts.rank}, alpha=${facts.alpha}, loraScaling=standard and targets=${facts.targets}.`
  );
}
