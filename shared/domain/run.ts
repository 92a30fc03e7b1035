import { z } from 'zod';
import {
  countSchema,
  epochSchema,
  hashSchema,
  idSchema,
  momentSchema,
  nameSchema,
} from './stored-value.ts';
import { jobStateSchema } from './job.ts';
import { runMemorySchema } from './memory-plan.ts';
import { recipeSchema } from './recipe/recipe.ts';

/** One optimizer step of a run. `loss` is nats per trained token. */
export const runMetricSchema = z.object({
  step: countSchema,
  epoch: z.number(),
  loss: z.number(),
  learningRate: z.number(),
  gradNorm: z.number(),
  tokensPerSecond: z.number(),
  elapsedMs: z.number(),
});
export type RunMetric = z.infer<typeof runMetricSchema>;

/**
 * Loss of the held-out samples after a number of steps, in nats per token that counts, every token
 * alike: the definition of the losses of the steps. Epoch 0 is the model before the first step.
 */
export const devLossSchema = z.object({
  step: countSchema,
  epoch: epochSchema,
  loss: z.number(),
});
export type DevLoss = z.infer<typeof devLossSchema>;

/**
 * The adapter at the end of an epoch, or of a run that ends within one: `epoch` is 1.5 then, with
 * two digits at most. `path` is where the file lies now.
 */
export const checkpointSchema = z.object({
  id: idSchema,
  runId: idSchema,
  runName: nameSchema,
  epoch: epochSchema,
  step: countSchema,
  path: z.string(),
  sha256: hashSchema,
  sizeBytes: countSchema,
  meanLoss: z.number(),
  /** Loss of the held-out samples; null without them. */
  devLoss: z.number().nullable(),
  createdMs: momentSchema,
  /** Its file went when somebody deleted it; the record stays. */
  isDeleted: z.boolean().default(false),
  /** The one of its run that somebody picked: it is used where nobody names another. */
  isPicked: z.boolean().default(false),
});
export type Checkpoint = z.infer<typeof checkpointSchema>;

/** The checkpoint of a run that is used where nobody names one: the picked one, else the last; of those that are there. */
export function defaultCheckpoint(checkpoints: readonly Checkpoint[]): Checkpoint | undefined {
  const kept = checkpoints.filter(({ isDeleted }) => !isDeleted);
  return (
    kept.find(({ isPicked }) => isPicked) ??
    kept.reduce<Checkpoint | undefined>(
      (last, one) => (last && last.step > one.step ? last : one),
      undefined,
    )
  );
}

/** Whether the file of a checkpoint is a model of its own, as full training writes it, and no adapter. */
export const holdsWholeModel = (path: string): boolean => /(^|[\\/])model\.gguf$/.test(path);

/** A sample named by id; `prompt` is the start of its question (empty in early project files). */
const namedSample = z.object({ id: nameSchema, prompt: z.string().default('') });

/**
 * What the trainer got of a dataset, and every sample that did not come whole, in one of the three
 * lists: nothing is cut or left out in silence. `samples` counts each sequence of a split one. The
 * first three numbers are what is trained on; `heldOut` counts the samples for the dev loss, and
 * of their tokens those whose loss is taken.
 */
export const encodeReportSchema = z.object({
  samples: countSchema,
  tokens: countSchema,
  trainedTokens: countSchema,
  heldOut: z
    .object({ samples: countSchema, scoredTokens: countSchema })
    .default({ samples: 0, scoredTokens: 0 }),
  truncated: z.array(namedSample.extend({ tokens: countSchema })),
  split: z
    .array(
      namedSample.extend({
        tokens: countSchema,
        /** How many it became; null in early project files. */
        sequences: countSchema.nullable().default(null),
      }),
    )
    .default([]),
  /** Samples that became one per answer; they may be in another list, too. */
  perAnswer: z.array(namedSample.extend({ sequences: countSchema })).default([]),
  dropped: z.array(namedSample.extend({ reason: z.string() })),
  /** Samples that may teach something else than meant, trained all the same; with the reason. */
  remarked: z.array(namedSample.extend({ text: z.string() })).default([]),
  templateSha256: hashSchema,
  /** The length limit that held: the recipe's, or the model's context; null in early project files. */
  maxTokens: countSchema.nullable().default(null),
});
export type EncodeReport = z.infer<typeof encodeReportSchema>;

/**
 * What happened to a run beside its steps; `step` counts the finished ones. `damaged` names a
 * checkpoint that could not be used, `warning` what may make the run differ from an uninterrupted one.
 */
export const runEventSchema = z.object({
  kind: z.enum(['paused', 'resumed', 'damaged', 'warning']),
  step: countSchema,
  message: z.string(),
  createdMs: momentSchema,
});
export type RunEvent = z.infer<typeof runEventSchema>;

/** A training run: the record of what was trained on what, with which recipe. */
export const runSchema = z.object({
  id: idSchema,
  name: nameSchema,
  jobId: idSchema,
  state: jobStateSchema,
  modelId: idSchema,
  modelName: nameSchema,
  baseSha256: hashSchema,
  datasetId: idSchema,
  datasetName: nameSchema,
  datasetHash: hashSchema,
  recipe: recipeSchema,
  engine: nameSchema,
  encodeReport: encodeReportSchema.nullable(),
  /** Planned and measured; null before the first step. */
  memory: runMemorySchema.nullable(),
  lastMetric: runMetricSchema.nullable(),
  totalSteps: countSchema,
  checkpoints: z.array(checkpointSchema),
  /** Before the first step and after each epoch; empty when nothing is held out. */
  devLosses: z.array(devLossSchema),
  /** Pauses, resumes and damage, in order. */
  events: z.array(runEventSchema),
  /** Finished steps of the newest checkpoint it can be resumed from; 0 without one. */
  savedStep: countSchema,
  createdMs: momentSchema,
  finishedMs: momentSchema.nullable(),
});
export type Run = z.infer<typeof runSchema>;

/** False of a run that failed before it had anything to keep: the next try may take its name. */
export const keepsName = ({
  state,
  checkpoints,
}: {
  state: Run['state'];
  checkpoints: readonly unknown[];
}): boolean => state !== 'failed' || checkpoints.length > 0;
