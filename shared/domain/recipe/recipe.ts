import { z } from 'zod';
import { adamwFields, loraFields } from './method-fields.ts';
import { about, only } from './setting-fields.ts';
import { singleThreadBytes } from '../threads.ts';

/** Templates of the field have at most some twenty thousand. */
export const mostTemplateCharacters = 100_000;

/**
 * How a run trains. One schema for the form, the command line (`--set key=value`), the contract
 * and the record kept with every checkpoint. Each field tells its meaning, source and unit.
 */
export const recipeSchema = z.object({
  method: z
    .enum(['lora', 'full'])
    .default('lora')
    .meta(
      about(
        'what is trained: a LoRA adapter, or every weight of the model',
        'LIMA, section 3: full',
      ),
    ),
  initialization: z
    .enum(['file', 'random'])
    .default('file')
    .meta(
      only(
        'full',
        about(
          'weights a full training starts from: those of the file, or random ones of its shape',
          'LIMA: file; random as GPT-2 (std 0.02)',
        ),
      ),
    ),
  ...loraFields,
  epochs: z
    .number()
    .positive()
    .max(1000)
    .default(15)
    .meta(
      about(
        'passes over the dataset; the last may be a part of one, as in 1.5',
        'LIMA, section 3: 15',
        'passes',
      ),
    ),
  maxSteps: z
    .number()
    .int()
    .min(0)
    .max(1_000_000)
    .default(0)
    .meta(
      about(
        'optimizer steps after which the run ends, whatever epochs says; 0: as many as the epochs have',
        'max_steps of Hugging Face; LIMA: none',
        'steps',
      ),
    ),
  learningRate: z
    .number()
    .positive()
    .max(1)
    .default(1e-4)
    .meta(
      about(
        'learning rate at the first step after the warm-up',
        'LIMA, section 3: 1e-5 in full; LoRA Without Regret: ten times that for LoRA',
        'per step',
      ),
    ),
  minLearningRate: z
    .number()
    .min(0)
    .max(1)
    .default(1e-5)
    .meta(
      about(
        'learning rate at the last step',
        'LIMA, section 3: 1e-6, a tenth of the first',
        'per step',
      ),
    ),
  schedule: z
    .enum(['linear', 'cosine', 'constant'])
    .default('linear')
    .meta(about('how the learning rate moves from first to last step', 'LIMA, section 3: linear')),
  warmupSteps: z
    .number()
    .int()
    .min(0)
    .max(100_000)
    .default(0)
    .meta(
      about(
        'steps in which the learning rate rises linearly from zero',
        'LIMA, section 3: none',
        'steps',
      ),
    ),
  batchSize: z
    .number()
    .int()
    .min(1)
    .max(4096)
    .default(32)
    .meta(
      about('samples per optimizer step', 'LIMA, section 3: 32; 64 for small models', 'samples'),
    ),
  microBatchSize: z
    .number()
    .int()
    .min(0)
    .max(256)
    .default(0)
    .meta(
      about(
        'most samples computed side by side; 0 packs as many as fit (a step takes the whole batch either way)',
        "this engine's own choice; results do not depend on it",
        'samples',
      ),
    ),
  maxTokens: z
    .number()
    .int()
    .min(8)
    .max(131_072)
    .default(2048)
    .meta(about('most tokens a sample may have', 'LIMA, section 3: 2,048', 'tokens')),
  overlong: z
    .enum(['truncate', 'split', 'drop'])
    .default('truncate')
    .meta(
      about(
        'what becomes of a longer sample, which is listed either way: cut at the end, split at turns and into windows, or left out',
        'LIMA, section 3: truncate',
      ),
    ),
  ...adamwFields,
  lossOn: z
    .enum(['answers', 'all'])
    .default('answers')
    .meta(
      about(
        'tokens that count in the loss: answers only, or every token',
        'LIMA does not say; both are in use',
      ),
    ),
  chatTemplate: z
    .string()
    .max(mostTemplateCharacters)
    .default('')
    .meta(
      about(
        'chat template in Jinja for training and for every answer of what was trained; empty: that of the model, or turns that end with its end-of-turn token',
        'LIMA, section 3: an end-of-turn token and nothing else',
      ),
    ),
  droppedThinking: z
    .enum(['perAnswer', 'mask', 'train'])
    .default('perAnswer')
    .meta(
      about(
        'earlier answers whose thinking the template drops: perAnswer makes one sample per answer, each with its own thinking; mask keeps them out of the loss; train trains them without it',
        "this engine's own choice: what a chat will ask for, nothing left out; LIMA has no thinking",
      ),
    ),
  devShare: z
    .number()
    .min(0)
    .max(0.5)
    .default(0)
    .meta(
      about(
        'share of every source that is held out: never trained on, its loss (dev loss) is shown at every epoch and stops nothing',
        'LIMA, sections 2 and 3: 50 dev samples beside 1,000; 0: none',
        'of the samples',
      ),
    ),
  precision: z
    .enum(['auto', 'f32', 'bf16'])
    .default('auto')
    .meta(
      about(
        'type of products: auto is f32 for an F32 model and bf16 for any other; f32 rounds nothing, on a CPU with quantized weights held as F32 (four bytes each)',
        "this engine's own choice",
      ),
    ),
  outputType: z
    .enum(['F32', 'F16', 'BF16', 'Q8_0'])
    .default('F16')
    .meta(
      only(
        'full',
        about(
          'type of the matrices in the model that a full training writes',
          "this engine's own choice",
        ),
      ),
    ),
  lossWeighting: z
    .enum(['token', 'sample'])
    .default('token')
    .meta(
      about(
        'every trained token counts the same, or every sample does, however long',
        'token is the mean over a batch that LIMA-like code uses',
      ),
    ),
  residualDropout: z
    .number()
    .min(0)
    .max(0.9)
    .default(0)
    .meta(
      about(
        'dropout on what each block adds to the residual stream, rising linearly from 0 at the first block to this at the last',
        'LIMA, section 3: 0.3; 0.2 for small models',
        'probability',
      ),
    ),
  neftuneAlpha: z
    .number()
    .min(0)
    .max(100)
    .default(0)
    .meta(
      about(
        'noise of alpha / √(tokens · width) on embeddings; 0: none',
        'NEFTune, arXiv 2310.05914: 5, 10 or 15; LIMA: none',
      ),
    ),
  seed: z
    .number()
    .int()
    .min(0)
    .max(4_294_967_295)
    .default(42)
    .meta(
      about(
        'seed of the sample order, of random weights and adapters, of dropout and noise',
        "this engine's own choice",
      ),
    ),
  threads: z
    .number()
    .int()
    .min(0)
    .max(1024)
    .default(0)
    .meta(
      about(
        `threads; 0 uses every core, or one for a model under ${singleThreadBytes / 2 ** 20} MiB`,
        "this engine's own choice",
        'CPU threads',
      ),
    ),
  checkpointEverySteps: z
    .number()
    .int()
    .min(0)
    .max(1_000_000)
    .default(0)
    .meta(
      about(
        'steps between checkpoints to resume from; 0: every epoch and every minute',
        "this engine's own choice",
        'steps',
      ),
    ),
  device: z
    .string()
    .regex(/^(auto|cpu|(cuda|vulkan|metal)\d+)$/, {
      error: 'device is auto, cpu, or a GPU as lima doctor lists it: cuda0, vulkan0, metal0',
    })
    .default('auto')
    .meta(
      about(
        'what computes: auto (the best GPU that passes its self-test, else the CPU), cpu, cuda0 …',
        "this engine's own choice",
      ),
    ),
});
export type Recipe = z.infer<typeof recipeSchema>;
export type RecipeInput = z.input<typeof recipeSchema>;

/** What was done before a field came, where that is not its default. */
const before = { droppedThinking: 'train' } satisfies RecipeInput;

/** A recipe as it was recorded: a field that is younger says what was done without it. */
export const recordedRecipeSchema = z.preprocess(
  (recorded) =>
    typeof recorded === 'object' && recorded !== null ? { ...before, ...recorded } : recorded,
  recipeSchema,
);

/** Parses a recipe and checks the rules that span fields; throws `z.ZodError`. */
export const checkedRecipeSchema = recipeSchema.superRefine((recipe, ctx) => {
  if (recipe.initialization === 'random' && recipe.method !== 'full')
    ctx.addIssue({
      code: 'custom',
      path: ['initialization'],
      message:
        'initialization random needs method full: an adapter on random weights learns nothing',
    });
  if (recipe.fromAdapter !== '' && recipe.method !== 'lora')
    ctx.addIssue({
      code: 'custom',
      path: ['fromAdapter'],
      message: 'fromAdapter needs method lora: a full training has no adapter to go on from',
    });
  if (recipe.minLearningRate > recipe.learningRate)
    ctx.addIssue({
      code: 'custom',
      path: ['minLearningRate'],
      message: `minLearningRate ${recipe.minLearningRate} is above learningRate ${recipe.learningRate}`,
    });
  if (recipe.microBatchSize > recipe.batchSize)
    ctx.addIssue({
      code: 'custom',
      path: ['microBatchSize'],
      message: `microBatchSize ${recipe.microBatchSize} is above batchSize ${recipe.batchSize}`,
    });
});
