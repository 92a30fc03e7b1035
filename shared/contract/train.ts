import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { exportRequestSchema } from '../domain/export.ts';
import { adapterFactsSchema } from '../domain/runs/adapter-facts.ts';
import { jobChangeSchema, jobSchema } from './job-kinds.ts';
import { memoryPlanSchema } from '../domain/memory-plan.ts';
import { modelInfoSchema, modelSchema } from '../domain/model/model.ts';
import { probeInputSchema, probeSchema, shownEpochsSchema } from '../domain/runs/probe.ts';
import { checkedRecipeSchema, recipeSchema } from '../domain/recipe/recipe.ts';
import {
  comparisonFormats,
  fewestCompared,
  mostCompared,
  runComparisonSchema,
} from '../domain/runs/run-comparison.ts';
import { checkpointSchema, runMetricSchema, runSchema } from '../domain/run.ts';
import { prunePlanSchema, pruneRuleSchema } from '../domain/runs/pruning.ts';
import { timeEstimateSchema } from '../domain/runs/time-estimate.ts';
import { judging, procedure, reading } from './errors.ts';
import { deviceListingSchema, selfTestSchema } from '../domain/device.ts';

export const modelsContract = {
  list: reading.output(z.array(modelSchema)),
  inspect: reading.input(z.object({ path: z.string().min(1) })).output(modelInfoSchema),
  /** Inspects and hashes a GGUF file in a job; the job's result holds `modelId`. */
  add: procedure
    .input(z.object({ path: z.string().min(1) }))
    .output(z.object({ jobId: z.string() })),
  /** Points a known model at a new place; refused when the file's hash differs. */
  relocate: procedure
    .input(z.object({ id: z.string(), path: z.string().min(1) }))
    .output(z.object({ jobId: z.string() })),
};

/** The adapter that a run goes on from, where a file and not the hash in the recipe names it. */
const adapterInput = {
  /** In GGUF, or a folder (or one of its files) as PEFT saves it. */
  adapterPath: z.string().min(1).optional(),
  /** A person agreed to one that was trained on another base. */
  otherBase: z.boolean().default(false),
};

export const runsContract = {
  start: procedure
    .input(
      z.object({
        name: z.string().trim().min(1).max(100).optional(),
        modelId: z.string(),
        datasetId: z.string(),
        recipe: checkedRecipeSchema.prefault({}),
        /** Prompts answered by the base and at every epoch; without it nothing is asked. */
        probe: probeInputSchema.optional(),
        ...adapterInput,
      }),
    )
    .output(z.object({ runId: z.string(), jobId: z.string() })),
  /** What an adapter is as the start of a run on this base: a file, or named by its hash. */
  inspectAdapter: reading
    .input(z.object({ modelId: z.string(), fromAdapter: z.string().default(''), ...adapterInput }))
    .output(adapterFactsSchema),
  /** What a run on this base would take at most, and how much memory is free now. */
  planMemory: reading
    .input(z.object({ modelId: z.string(), recipe: checkedRecipeSchema }))
    .output(memoryPlanSchema.extend({ availableBytes: z.number() })),
  list: reading.output(z.array(runSchema)),
  get: reading.input(z.object({ id: z.string() })).output(runSchema),
  /** Results, curves and differing settings of a few runs, in the order they are named in. */
  compare: reading
    .input(z.object({ ids: z.array(z.string()).min(fewestCompared).max(mostCompared) }))
    .output(runComparisonSchema),
  /** Writes a comparison to a file, complete or not at all: for shells that cannot download. */
  saveComparison: reading
    .input(
      z.object({
        ids: z.array(z.string()).min(fewestCompared).max(mostCompared),
        format: z.enum(comparisonFormats),
        path: z.string().min(1),
        /** A file that no export wrote may be replaced: a person agreed. */
        overwrite: z.boolean().default(false),
      }),
    )
    .output(z.object({ path: z.string(), sizeBytes: z.number().int() })),
  /** What removing the adapters that a rule does not keep would do: nothing is changed. */
  planPruning: reading
    .input(z.object({ runId: z.string(), rule: pruneRuleSchema }))
    .output(prunePlanSchema),
  /** Removes them: those that were shown, or none. */
  prune: procedure
    .input(
      z.object({
        runId: z.string(),
        rule: pruneRuleSchema,
        checkpointIds: z.array(z.string()),
        /** A person agreed that evaluations and chats depend on some. */
        withDependents: z.boolean().default(false),
      }),
    )
    .output(z.object({ removed: z.number().int(), freedBytes: z.number().int() })),
  /** What a chat template (empty: that of the model) makes of a conversation, before a run. */
  tryTemplate: reading
    .input(z.object({ modelId: z.string(), chatTemplate: recipeSchema.shape.chatTemplate }))
    .output(z.object({ problem: z.string(), remarks: z.array(z.string()) })),
  /** How long a run would take on this machine, and how that is known. */
  estimateTime: reading
    .input(z.object({ modelId: z.string(), datasetId: z.string(), recipe: checkedRecipeSchema }))
    .output(timeEstimateSchema),
  /**
   * Prompts and answers by epoch, the base as epoch 0; null for a run without probe. `shown` asks
   * for the answers of the base and of a few epochs, where every one would be too many.
   */
  probe: reading
    .input(z.object({ id: z.string(), shown: shownEpochsSchema.optional() }))
    .output(probeSchema.nullable()),
  /** Every metric after `afterStep`, then new ones as they come; ends with the run. */
  metrics: reading
    .input(z.object({ runId: z.string(), afterStep: z.number().int().default(0) }))
    .output(eventIterator(z.object({ metrics: z.array(runMetricSchema) }))),
  /** Every checkpoint whose file is still wanted. */
  checkpoints: reading.output(z.array(checkpointSchema)),
  /** Writes a checkpoint in another form, in a job whose result holds `path` and `sizeBytes`. */
  export: procedure.input(exportRequestSchema).output(z.object({ jobId: z.string() })),
};

export const jobsContract = {
  list: reading.output(z.array(jobSchema)),
  get: reading.input(z.object({ id: z.string() })).output(jobSchema),
  /** Snapshots with a revision above `afterRevision`, then every change. */
  watch: reading
    .input(z.object({ afterRevision: z.number().int().default(0) }))
    .output(eventIterator(jobChangeSchema)),
  /** Also while the project takes no changes, since a merge is why. */
  cancel: reading.input(z.object({ id: z.string() })).output(jobSchema),
  /** Asks a training run to save and to free its memory; it goes on with `resume`. */
  pause: procedure.input(z.object({ id: z.string() })).output(jobSchema),
  /** Puts a paused, interrupted, failed or cancelled job that can go on back into the queue. */
  resume: judging('samples')
    .input(
      z.object({
        id: z.string(),
        /** A person saw the kind and the paths of a job that was not started here. */
        isConfirmed: z.boolean().default(false),
      }),
    )
    .output(jobSchema),
};

/** Devices that runs can be computed on. */
export const devicesContract = {
  /** One listing per family that this platform can have, with the self-tests that still count. */
  list: reading.output(z.array(deviceListingSchema)),
  /**
   * Compares a device with the CPU: seconds on a GPU. Without a model: a Llama model in F32. A
   * failed test is an answer; errors are devices that cannot be opened or lack an operation.
   */
  test: reading
    .input(
      z.object({
        device: z.string(),
        modelId: z.string().optional(),
        method: recipeSchema.shape.method.optional(),
      }),
    )
    .output(selfTestSchema),
};
