import type { MemoryPlan } from '../../../shared/domain/memory-plan.ts';
import { type Recipe, recipeSchema } from '../../../shared/domain/recipe/recipe.ts';
import { formatBytes } from '../../../shared/text/numbers.ts';
import { TrainerError } from '../../engines/protocol/errors.ts';
import { type LargestPack, type PlanInput, planMemory } from './plan-memory.ts';
import type { GgufTensor } from '../../gguf/header/read-tensors.ts';
import type { Device } from '../device/device.ts';
import { elementCount, elementType, toExtents } from '../device/tensor.ts';
import { readModelShape } from '../weights/base-model.ts';
import { ModelFile } from '../weights/model-file.ts';
import { chooseComputeType, type LoadOptions, weightMatricesOf } from '../weights/weight-types.ts';

const smallestTokens = 64;

/** A change of a recipe that takes less memory, with the pack that is the largest under it. */
interface Change {
  text: string;
  input: PlanInput;
}

/**
 * Plans a run and refuses one that will not fit into `budgetBytes` (see budgetOf) with
 * OUT_OF_MEMORY, the sizes, and the smallest change of the recipe that fits; a system that runs
 * out of memory kills the process.
 */
export async function requireMemory(input: PlanInput, budgetBytes: number): Promise<MemoryPlan> {
  const plan = await planMemory(input);
  if (plan.totalBytes <= budgetBytes) return plan;
  const { modelBytes, trainedBytes, graphBytes, totalBytes, measuredRuns } = plan;
  throw new TrainerError(
    'OUT_OF_MEMORY',
    `This run takes about ${formatBytes(totalBytes, 2)} of memory (model ${formatBytes(modelBytes, 2)}, ` +
      `trained weights and optimizer ${formatBytes(trainedBytes, 2)}, one pack of ` +
      `${input.pack.tokens} tokens ${formatBytes(graphBytes, 2)}` +
      `${measuredRuns > 0 ? '; corrected by what earlier runs took' : ''}) and ` +
      `${formatBytes(budgetBytes, 2)} are free. ${await fittingChange(input, budgetBytes)}`,
    { neededBytes: totalBytes, availableBytes: budgetBytes },
  );
}

/** The nearest change of a recipe that fits into the budget, in words. */
export async function fittingChange(input: PlanInput, budgetBytes: number): Promise<string> {
  for (const { text, input: smaller } of changes(input)) {
    const { totalBytes } = await planMemory(smaller);
    if (totalBytes > budgetBytes) continue;
    return `With ${text} it takes ${formatBytes(totalBytes, 2)}, which fits.`;
  }
  return 'No shorter length makes it fit: choose a smaller base model or close other programs.';
}

/** Ever smaller runs: shorter samples, then an adapter instead of the whole model. */
function* changes(input: PlanInput): Generator<Change> {
  const { recipe, pack } = input;
  const withRecipe = (fields: Partial<Recipe>, packed: LargestPack): PlanInput => ({
    ...input,
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

/** Refuses a model whose weights alone do not fit: the system kills a process that takes too much. */
export function requireWeightsMemory(device: Device, file: ModelFile, options: LoadOptions): void {
  const { plan } = readModelShape(file);
  const { memoryBytes, description } = device;
  const copyBytes = chooseComputeType(plan, options) === elementType.f32 ? 4 : 2;
  // Trained: master, gradient and two moments in F32, and two copies for products.
  const trainedBytes = 16 + 2 * copyBytes;
  const bytesOf = ({ ne, sizeBytes }: GgufTensor) => {
    const count = elementCount(toExtents(ne));
    return options.trainsWeights ? count * trainedBytes : sizeBytes + count * copyBytes;
  };
  const neededBytes = weightMatricesOf(plan).reduce(
    (sum, matrix) => sum + bytesOf(matrix),
    plan.embedding.sizeBytes,
  );
  if (neededBytes < memoryBytes) return;
  throw new TrainerError(
    'OUT_OF_MEMORY',
    `Training this model needs ${formatBytes(neededBytes, 2)} for its weights alone, ${description} has ` +
      `${formatBytes(memoryBytes, 2)}. Choose a smaller base model, or another device.`,
    { neededBytes, availableBytes: memoryBytes },
  );
}
