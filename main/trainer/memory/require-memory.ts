import type { MemoryPlan } from '../../../shared/domain/memory-plan.ts';
import { recipeSchema, type Recipe } from '../../../shared/domain/recipe.ts';

import { EngineError } from '../../engines/serve-engine.ts';
import { planMemory, type LargestPack, type PlanInput } from './plan-memory.ts';

const smallestTokens = 64;

/** A change of a recipe that takes less memory, with the pack that is the largest under it. */
interface Change {
  text: string;
  input: PlanInput;
}

/**
 * Refuses a run that will not fit into `availableBytes` with OUT_OF_MEMORY, the sizes, and the
 * smallest change of the recipe that fits; a system that runs out of memory kills the process.
 */
export async function requireMemory(
  input: PlanInput,
  availableBytes: number = process.availableMemory(),
): Promise<MemoryPlan> {
  const plan = await planMemory(input);
  // This process is there already.
  const missing = plan.totalBytes - process.memoryUsage().rss;
  if (missing <= availableBytes) return plan;
  throw new EngineError(
    'OUT_OF_MEMORY',
    `This run takes about ${gibibytes(plan.totalBytes)} of memory (model ` +
      `${gibibytes(plan.modelBytes)}, trained weights and optimizer ` +
      `${gibibytes(plan.trainedBytes)}, one pack of ${input.pack.tokens} tokens ` +
      `${gibibytes(plan.graphBytes)}) and ${gibibytes(availableBytes)} are free. ` +
      (await advice(input, availableBytes)),
    { neededBytes: plan.totalBytes, availableBytes },
  );
}

async function advice(input: PlanInput, availableBytes: number): Promise<string> {
  for (const { text, input: smaller } of changes(input)) {
    const { totalBytes } = await planMemory(smaller);
    if (totalBytes - process.memoryUsage().rss > availableBytes) continue;
    return `With ${text} it takes ${gibibytes(totalBytes)}, which fits.`;
  }
  return 'No shorter length makes it fit: choose a smaller base model or close other programs.';
}

/** Ever smaller runs: shorter samples, then an adapter instead of the whole model. */
function* changes({ recipe, pack, basePath }: PlanInput): Generator<Change> {
  const withRecipe = (fields: Partial<Recipe>, packed: LargestPack): PlanInput => ({
    basePath,
    recipe: recipeSchema.parse({ ...recipe, ...fields }),
    pack: packed,
  });
  for (let tokens = halved(pack.tokens); tokens >= smallestTokens; tokens = halved(tokens)) {
    const packed = { tokens, rows: Math.min(pack.rows, tokens) };
    const fields = { maxTokens: tokens, microBatchSize: 1 };
    yield { text: `maxTokens ${tokens} and microBatchSize 1`, input: withRecipe(fields, packed) };
  }
  if (recipe.method === 'full')
    yield { text: 'method lora', input: withRecipe({ method: 'lora' }, pack) };
}

const halved = (tokens: number) => Math.floor(tokens / 2);

const gibibytes = (bytes: number) => `${(bytes / 2 ** 30).toFixed(2)} GiB`;
