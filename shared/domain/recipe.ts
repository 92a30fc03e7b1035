import { z } from 'zod';
import { parseTargets, targetWords } from './lora-targets.ts';

/**
 * How a run trains. One schema for the form, the command line (`--set key=value`), the contract
 * and the record kept with every adapter. `describe` texts give unit and source.
 */
export const recipeSchema = z.object({
  method: z
    .enum(['lora', 'full'])
    .default('lora')
    .describe('what is trained: a LoRA adapter, or every weight of the model (LIMA: full)'),
  initialization: z
    .enum(['file', 'random'])
    .default('file')
    .describe(
      'weights a full training starts from: those of the file, or random ones of its shape',
    ),
  rank: z
    .number()
    .int()
    .min(1)
    .max(512)
    .default(16)
    .describe('LoRA rank r (Hu et al. 2021, arXiv 2106.09685)'),
  alpha: z
    .number()
    .positive()
    .max(4096)
    .default(32)
    .describe('LoRA alpha; the branch is scaled by alpha / rank'),
  loraScaling: z
    .enum(['standard', 'rankStable'])
    .default('standard')
    .describe('scale of the branch: alpha / rank, or alpha / √rank (rsLoRA, arXiv 2312.03732)'),
  targets: z
    .string()
    .max(200)
    .refine((text) => parseTargets(text) !== undefined, {
      error: `targets names layers or groups, separated by commas: ${targetWords.join(', ')}`,
    })
    .default('all')
    .describe('layers with a LoRA branch: all, attention, mlp, or layers joined by commas'),
  epochs: z
    .number()
    .int()
    .min(1)
    .max(1000)
    .default(15)
    .describe('passes over the dataset (LIMA: 15)'),
  learningRate: z
    .number()
    .positive()
    .max(1)
    .default(1e-4)
    .describe(
      'learning rate at the first step (LIMA: 1e-5 for full fine-tuning, ten times that for LoRA)',
    ),
  minLearningRate: z
    .number()
    .min(0)
    .max(1)
    .default(1e-5)
    .describe('learning rate at the last step (LIMA: a tenth of the first)'),
  schedule: z
    .enum(['linear', 'cosine', 'constant'])
    .default('linear')
    .describe('how the learning rate moves from first to last step (LIMA: linear)'),
  warmupSteps: z
    .number()
    .int()
    .min(0)
    .max(100_000)
    .default(0)
    .describe('steps in which the learning rate rises linearly from zero (LIMA: none)'),
  batchSize: z
    .number()
    .int()
    .min(1)
    .max(4096)
    .default(32)
    .describe('samples per optimizer step (LIMA: 32)'),
  microBatchSize: z
    .number()
    .int()
    .min(0)
    .max(256)
    .default(0)
    .describe(
      'most samples computed side by side; 0 packs as many as fit (the gradients of batchSize samples are accumulated either way)',
    ),
  maxTokens: z
    .number()
    .int()
    .min(8)
    .max(131_072)
    .default(2048)
    .describe('longest sample in tokens (LIMA: 2,048)'),
  overlong: z
    .enum(['truncate', 'split', 'drop'])
    .default('truncate')
    .describe(
      'what becomes of a longer sample, which is listed either way: cut at the end (LIMA), split at turns and into windows, or left out',
    ),
  weightDecay: z
    .number()
    .min(0)
    .max(10)
    .default(0.1)
    .describe('AdamW weight decay, on matrices only (LIMA: 0.1)'),
  beta1: z.number().min(0).lt(1).default(0.9).describe('AdamW beta 1 (LIMA: 0.9)'),
  beta2: z.number().min(0).lt(1).default(0.95).describe('AdamW beta 2 (LIMA: 0.95)'),
  epsilon: z.number().positive().max(1).default(1e-8).describe('AdamW epsilon'),
  maxGradNorm: z
    .number()
    .min(0)
    .max(1000)
    .default(1)
    .describe('gradients are scaled down to this norm; 0 switches it off'),
  lossOn: z
    .enum(['answers', 'all'])
    .default('answers')
    .describe('tokens that count in the loss: answers only, or every token'),
  precision: z
    .enum(['auto', 'f32', 'bf16'])
    .default('auto')
    .describe('type of products: auto is f32 for an F32 model and bf16 for any other'),
  outputType: z
    .enum(['F32', 'F16', 'BF16', 'Q8_0'])
    .default('F16')
    .describe('type of the matrices in the model that a full training writes'),
  lossWeighting: z
    .enum(['token', 'sample'])
    .default('token')
    .describe('every trained token counts the same, or every sample does, however long'),
  residualDropout: z
    .number()
    .min(0)
    .max(0.9)
    .default(0)
    .describe(
      'dropout on what each block adds to the residual stream, rising linearly from 0 at the first block to this at the last (LIMA: 0.3; 0.2 for small models)',
    ),
  neftuneAlpha: z
    .number()
    .min(0)
    .max(100)
    .default(0)
    .describe('NEFTune alpha: noise on embeddings (arXiv 2310.05914: 5, 10 or 15); 0: none'),
  seed: z
    .number()
    .int()
    .min(0)
    .max(4_294_967_295)
    .default(42)
    .describe('seed of the sample order and of the adapter initialization'),
  threads: z
    .number()
    .int()
    .min(0)
    .max(1024)
    .default(0)
    .describe('CPU threads; 0 uses every core, or one for a model under 16 MiB'),
  checkpointEverySteps: z
    .number()
    .int()
    .min(0)
    .max(1_000_000)
    .default(0)
    .describe('steps between checkpoints to resume from; 0: every epoch and every minute'),
  device: z
    .string()
    .regex(/^(auto|cpu|(cuda|vulkan|metal)\d+)$/, {
      error: 'device is auto, cpu, or a GPU as lima doctor lists it: cuda0, vulkan0, metal0',
    })
    .default('auto')
    .describe(
      'what computes: auto (the best GPU that passes its self-test, else the CPU), cpu, cuda0 …',
    ),
});
export type Recipe = z.infer<typeof recipeSchema>;
export type RecipeInput = z.input<typeof recipeSchema>;

/** Parses a recipe and checks the rules that span fields; throws `z.ZodError`. */
export const checkedRecipeSchema = recipeSchema.superRefine((recipe, ctx) => {
  if (recipe.initialization === 'random' && recipe.method !== 'full')
    ctx.addIssue({
      code: 'custom',
      path: ['initialization'],
      message:
        'initialization random needs method full: an adapter on random weights learns nothing',
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
