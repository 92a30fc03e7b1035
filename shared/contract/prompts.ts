import { z } from 'zod';
import { promptSchema, promptSetSchema } from '../domain/evaluate/evaluation.ts';
import { promptChangeSchema } from '../domain/evaluate/prompt-edit.ts';
import {
  promptTagNameSchema,
  promptTagSchema,
  usualNearness,
} from '../domain/evaluate/prompt-tags.ts';
import { procedure, reading } from './errors.ts';

/** A prompt set as lists show it: with what people and its file say of it. */
export const promptSetDetailsSchema = promptSetSchema.extend({
  license: z.string(),
  source: z.string(),
  /** How many of its prompts have each tag, the most frequent first. */
  tagCounts: z.array(z.object({ tag: z.string(), prompts: z.number().int() })),
  /** 1 as it was imported; each edit counts on. */
  version: z.number().int(),
});
export type PromptSetDetails = z.infer<typeof promptSetDetailsSchema>;

/** A prompt with the tags that stand on its words. */
export const taggedPromptSchema = promptSchema.extend({ tags: z.array(promptTagSchema) });
export type TaggedPrompt = z.infer<typeof taggedPromptSchema>;

const tagsInput = z.array(promptTagNameSchema).max(20).default([]);
const originInput = z.string().trim().max(1000);

const procedures = {
  /** Every set in its newest version, newest first. */
  list: reading.output(z.array(promptSetDetailsSchema)),
  /** A set, also in an earlier version, with its prompts from a place on; of a tag alone with `tag`. */
  get: reading
    .input(
      z.object({
        id: z.string(),
        from: z.number().int().min(0).default(0),
        limit: z.number().int().min(1).max(100_000).default(100),
        tag: z.string().optional(),
      }),
    )
    .output(
      z.object({
        set: promptSetDetailsSchema,
        prompts: z.array(taggedPromptSchema),
        /** It and the versions before it, the newest first. */
        versions: z.array(
          promptSetSchema
            .omit({ dialogues: true })
            .extend({ version: z.number().int(), evaluations: z.number().int() }),
        ),
        /** The version that lists show, where this is an earlier one. */
        newestId: z.string().nullable(),
      }),
    ),
  import: procedure
    .input(
      z.object({
        path: z.string().min(1),
        name: z.string().trim().max(100).optional(),
        license: originInput.optional(),
        source: originInput.optional(),
        /** For every prompt, beside those that the file has. */
        tags: tagsInput,
        /** Leaves given answers out, so that every user turn of a conversation is asked. */
        asDialogues: z.boolean().default(false),
      }),
    )
    .output(
      z.object({
        set: promptSetDetailsSchema,
        /** Rows of the file: those that became prompts of the set, and those that are unusable. */
        read: z.number().int(),
        unusable: z.number().int(),
        /** Prompts of the set that one before them was already: no independent comparisons. */
        repeated: z.number().int(),
        /** Lines that were left out: the first thousand of `errorsTotal`. */
        errors: z.array(z.object({ line: z.number().int(), message: z.string() })),
        errorsTotal: z.number().int(),
      }),
    ),
  /**
   * Stores the prompts with changes as the next version of a set, under its name; evaluations keep
   * the version that they asked. INVALID_STATE when `id` is not the newest version any more.
   */
  edit: procedure
    .input(z.object({ id: z.string(), changes: z.array(promptChangeSchema).min(1).max(1000) }))
    .output(promptSetDetailsSchema),
  /** Makes the version before the newest one the newest again. */
  undoEdit: procedure.input(z.object({ id: z.string() })).output(promptSetDetailsSchema),
  /** Stores the prompts of an earlier version as the next one. */
  restore: procedure
    .input(z.object({ id: z.string(), versionId: z.string() }))
    .output(promptSetDetailsSchema),
  /** Says the licence and the source of a set; what is not given stays. */
  describe: procedure
    .input(
      z.object({
        id: z.string(),
        license: originInput.optional(),
        source: originInput.optional(),
      }),
    )
    .output(promptSetDetailsSchema),
  /** Sets tags on prompts of a set, or takes them off: on their words, in whatever set they stand. */
  tag: procedure
    .input(
      z.object({
        id: z.string(),
        /** Places from 0; all prompts without. */
        ordinals: z.array(z.number().int().min(0)).max(100_000).optional(),
        add: tagsInput,
        remove: tagsInput,
      }),
    )
    .output(z.object({ set: promptSetDetailsSchema, changed: z.number().int() })),
  /**
   * Tags prompts as out of distribution that no sample of a dataset is near to, by the words of
   * their questions, and takes the tag off others; what a person decided stays.
   */
  markOutOfDistribution: procedure
    .input(
      z.object({
        id: z.string(),
        datasetId: z.string(),
        /** The least likeness, from 0 to 1, that counts as near. */
        threshold: z.number().min(0).max(1).default(usualNearness),
      }),
    )
    .output(
      z.object({
        set: promptSetDetailsSchema,
        far: z.number().int(),
        near: z.number().int(),
        /** Prompts on which a person decided before. */
        decided: z.number().int(),
      }),
    ),
  /** Takes this author's last change of tags back, by hand or computed. */
  undoTags: procedure.output(z.object({ changed: z.number().int() })),
  /** Writes a set as JSON Lines that an import reads as the same set. */
  export: reading
    .input(
      z.object({ id: z.string(), path: z.string().min(1), overwrite: z.boolean().default(false) }),
    )
    .output(z.object({ path: z.string(), prompts: z.number().int(), sizeBytes: z.number().int() })),
};
type Procedures = typeof procedures;

/** Its type by a name: written out, that of all groups is too long to compile. */
export interface PromptsContract extends Procedures {}

export const promptsContract: PromptsContract = procedures;
