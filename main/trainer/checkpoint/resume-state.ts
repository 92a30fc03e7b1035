import { createHash } from 'node:crypto';
import { z } from 'zod';
import {
  recipeSchema,
  recordedRecipeSchema,
  type Recipe,
} from '../../../shared/domain/recipe/recipe.ts';
import { devLossSchema } from '../../../shared/domain/run.ts';
import type { EncodedSample } from '../../engines/protocol/trainer.ts';
import { TrainerError } from '../../engines/protocol/errors.ts';

/** Version of the files of a resume checkpoint; others are refused. */
export const resumeFormatVersion = 1;

/** Names of the files of a resume checkpoint; `hashes` is in the format of sha256sum. */
export const resumeFiles = {
  tensors: 'tensors.bin',
  state: 'state.json',
  hashes: 'hashes.sha256',
} as const;

const stepMetricSchema = z.object({
  step: z.number().int(),
  totalSteps: z.number().int(),
  epoch: z.number(),
  loss: z.number(),
  learningRate: z.number(),
  gradNorm: z.number(),
  tokens: z.number(),
  trainedTokens: z.number(),
  tokensPerSecond: z.number(),
  elapsedMs: z.number(),
});

/** What a run was started with: a checkpoint continues nothing else. */
export interface RunIdentity {
  baseSha256: string;
  /** Of the samples as the trainer sees them, tokens and masks. */
  samplesSha256: string;
  /** Likewise of the held-out samples. */
  devSamplesSha256: string;
  recipe: Recipe;
}

/**
 * All of a run but its tensors. The order of samples and every random number follow from seed,
 * epoch and step, so the number of finished steps is the cursor of both.
 */
export const resumeStateSchema = z.object({
  formatVersion: z.literal(resumeFormatVersion),
  baseSha256: z.string(),
  samplesSha256: z.string(),
  // Checkpoints that are older than the dev loss held nothing out.
  devSamplesSha256: z.string().default(() => hashSamples([])),
  recipe: z.record(z.string(), z.json()),
  engine: z.string(),
  device: z.string(),
  /** Finished optimizer steps. */
  step: z.number().int(),
  /** Every finished step. */
  steps: z.array(stepMetricSchema),
  devLosses: z.array(devLossSchema).default([]),
  /** The trained tensors in the order of the file; each has weight and both moments, F32. */
  tensors: z.array(z.object({ name: z.string(), elements: z.number().int().positive() })),
});
export type ResumeState = z.infer<typeof resumeStateSchema>;

/**
 * SHA-256 over ids, tokens and masks in order: what the model reads, which the same words give
 * otherwise under another template. The hash of a sample is the store's `sampleContentHash`.
 */
export function hashSamples(samples: readonly EncodedSample[]): string {
  const hash = createHash('sha256');
  for (const { id, tokens, trained } of samples) {
    hash.update(`${JSON.stringify(id)} ${tokens.length}\n`);
    hash.update(tokens).update(trained);
  }
  return hash.digest('hex');
}

/** Throws RESUME_REFUSED when a checkpoint is of another model, other samples or another recipe. */
export function requireSameRun(state: ResumeState, identity: RunIdentity): void {
  const differences = [
    ...hashDifference('the base model', state.baseSha256, identity.baseSha256),
    ...hashDifference(
      'the dataset as the model reads it',
      state.samplesSha256,
      identity.samplesSha256,
    ),
    ...hashDifference('the held-out part of it', state.devSamplesSha256, identity.devSamplesSha256),
    ...recipeDifferences(state.recipe, identity.recipe),
  ];
  if (differences.length > 0)
    throw new TrainerError(
      'RESUME_REFUSED',
      `The run cannot be resumed, since it would not be the same run: ${differences.join('; ')}. ` +
        `Put it back as it was, or start a new run.`,
      { step: state.step },
    );
}

const hashDifference = (what: string, then: string, now: string): string[] =>
  then === now ? [] : [`${what} has the hash ${now.slice(0, 12)} and had ${then.slice(0, 12)}`];

function recipeDifferences(then: ResumeState['recipe'], now: Recipe): string[] {
  const known = recordedRecipeSchema.safeParse(then);
  if (!known.success) return ['its recipe is not one of this version'];
  return recipeSchema.keyof().options.flatMap((key) => {
    const [before, after] = [JSON.stringify(known.data[key]), JSON.stringify(now[key])];
    return before === after ? [] : [`${key} is ${after} and was ${before}`];
  });
}
