import { z } from 'zod';
import { datasetSchema, exportFormatSchema } from '../domain/dataset.ts';
import { jobProgressSchema } from '../domain/job.ts';
import { messageSchema } from '../domain/message.ts';
import {
  flagRuleSchema,
  flagSchema,
  provenanceSchema,
  reviewActionSchema,
  sampleFilterSchema,
  sampleRowSchema,
  sampleSchema,
  sampleStatusSchema,
} from '../domain/sample.ts';
import { duplicatesEventSchema, duplicatesRequestSchema } from './duplicates.ts';
import { judging, procedure, reading } from './errors.ts';
import { eventIterator } from '@orpc/contract';
import { xrayOpenRecipeSchema, xrayRowSchema, xraySampleSchema } from '../domain/xray.ts';

/**
 * The file formats that an import understands; `messages` is the chat format of OpenAI, `pairs` are
 * prompts with their answers under any of the usual names.
 */
export const importFormatSchema = z.enum([
  'stack-exchange',
  'messages',
  'alpaca',
  'sharegpt',
  'lima',
  'pairs',
]);
export type ImportFormat = z.infer<typeof importFormatSchema>;

/** A format, or `auto`: told by content. */
/** Encodings of a text file, by their labels in the Encoding Standard. */
export const textEncodingSchema = z.enum([
  'utf-8',
  'utf-16le',
  'utf-16be',
  'windows-1250',
  'windows-1251',
  'windows-1252',
  'windows-1253',
  'windows-1254',
  'windows-1255',
  'windows-1256',
  'windows-1257',
  'windows-1258',
  'iso-8859-2',
  'iso-8859-5',
  'iso-8859-7',
  'iso-8859-15',
  'koi8-r',
  'koi8-u',
  'gb18030',
  'big5',
  'shift_jis',
  'euc-jp',
  'euc-kr',
]);
export type TextEncodingLabel = z.infer<typeof textEncodingSchema>;

export const requestedFormatSchema = z.enum(['auto', ...importFormatSchema.options]);
export type RequestedFormat = z.infer<typeof requestedFormatSchema>;

/**
 * What became of a row: it is part of a sample that was added or was there before, it was left out
 * though nothing is wrong with it, or it is unusable.
 */
export const rowOutcomeSchema = z.enum([
  'added',
  'duplicate',
  'in-bin',
  'deleted',
  'left-out',
  'unusable',
]);
export type RowOutcome = z.infer<typeof rowOutcomeSchema>;

const rowAccountSchema = z.object({
  outcome: rowOutcomeSchema,
  reason: z.string(),
  rows: z.number().int(),
});
export type RowAccount = z.infer<typeof rowAccountSchema>;

/** Whether every row that was read has an outcome, and none has two. */
export function addsUp({ read, rows }: { read: number; rows: readonly RowAccount[] }): boolean {
  return rows.reduce((sum, account) => sum + account.rows, 0) === read;
}

/**
 * What an import did, or in a dry run would have done, as the job's result and the command line's
 * document. `read` counts the rows, records or elements of the file; `added`, `duplicates` (in the
 * project, in its bin, or twice in the file) and `deleted` (emptied out of the bin, and not brought
 * back) count samples, of which one may be made of several rows. A report that does not add up is none.
 */
export const importReportSchema = z
  .object({
    format: z.string(),
    dryRun: z.boolean(),
    read: z.number().int(),
    added: z.number().int(),
    duplicates: z.number().int(),
    /** Reports of before it was counted have none. */
    deleted: z.number().int().default(0),
    /** What became of the rows, by reason: the sum is `read`. */
    rows: z.array(rowAccountSchema),
    /** Fields of samples that hold something and were not read. */
    ignoredFields: z.array(z.object({ field: z.string(), samples: z.number().int() })).default([]),
    errors: z.array(z.object({ line: z.number().int(), message: z.string() })),
    errorsTotal: z.number().int(),
    /** What the text was encoded in. */
    encoding: z.string().default('utf-8'),
  })
  .refine(addsUp, { error: 'the outcomes of the rows do not add up to the rows that were read' });
export type ImportReport = z.infer<typeof importReportSchema>;

export const importsContract = {
  start: procedure
    .input(
      z.object({
        path: z.string().min(1),
        format: requestedFormatSchema.default('auto'),
        source: z.string().max(200).optional(),
        /** Told from the content when missing. */
        encoding: textEncodingSchema.optional(),
        dryRun: z.boolean().default(false),
        /** Files that are checked in one go share it: what one of them would add, the next does not. */
        batch: z.string().max(64).optional(),
      }),
    )
    .output(z.object({ jobId: z.string() })),
};

/** Samples by id, or all that pass a filter. */
export const sampleSelectionSchema = z.union([
  z.object({ ids: z.array(z.string()).min(1).max(10_000) }),
  z.object({ filter: sampleFilterSchema }),
]);

const facetsSchema = z.object({
  statuses: z.record(sampleStatusSchema, z.number().int()),
  sources: z.array(z.object({ source: z.string(), samples: z.number().int() })),
  flags: z.array(z.object({ flag: flagRuleSchema, samples: z.number().int() })),
  unflagged: z.number().int(),
});
/** How many samples each choice of the filter bar would list. */
export type SampleFacets = z.infer<typeof facetsSchema>;

const nearestSamplesSchema = z.object({
  /** `words`: those of the prompt that the sample has, the rarest in the project first. */
  samples: z.array(sampleRowSchema.extend({ score: z.number(), words: z.array(z.string()) })),
  /** Words of the prompt that were not looked for, because too many samples have them. */
  common: z.array(z.string()),
});
/** What lies near a prompt. */
export type NearestSamples = z.infer<typeof nearestSamplesSchema>;

const nearByMeaningSchema = sampleRowSchema.extend({ similarity: z.number() });
/** A sample near a prompt; `similarity` is a cosine, -1 to 1. */
export type NearByMeaning = z.infer<typeof nearByMeaningSchema>;

const meaningEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('loading') }),
  /** Accepted samples that have a vector so far. */
  z.object({ type: z.literal('embedded'), done: z.number().int(), total: z.number().int() }),
  /** Of each prompt the nearest samples, best first; `accepted` samples were compared. */
  z.object({
    type: z.literal('found'),
    prompts: z.array(z.array(nearByMeaningSchema)),
    accepted: z.number().int(),
  }),
]);
/** How far a search by meaning is, and what it found. */
export type MeaningEvent = z.infer<typeof meaningEventSchema>;

export const samplesContract = {
  /** Every sample that passes the filter, in list order: sequence numbers as `expandSeqRuns` reads them. */
  index: reading
    .input(z.object({ filter: sampleFilterSchema.default({}) }))
    .output(z.object({ count: z.number().int(), runs: z.string() })),
  /** Rows by sequence number; unknown numbers are left out. */
  rows: reading
    .input(z.object({ seqs: z.array(z.number().int()).max(500) }))
    .output(z.array(sampleRowSchema)),
  /** Pages by key, for the command line. */
  list: reading
    .input(
      z.object({
        filter: sampleFilterSchema.default({}),
        after: z.string().optional(),
        limit: z.number().int().min(1).max(1000).default(50),
      }),
    )
    .output(z.array(sampleRowSchema)),
  get: reading.input(z.object({ id: z.string() })).output(sampleSchema),
  /** Counts for the filter bar: of each choice beside the other conditions of the filter. */
  facets: reading
    .input(z.object({ filter: sampleFilterSchema.default({}) }).default({ filter: {} }))
    .output(facetsSchema),
  /** The accepted samples that share most words with a prompt, best first: by full text alone. */
  nearest: reading
    .input(
      z.object({
        messages: z.array(messageSchema).min(1),
        limit: z.number().int().min(1).max(50).default(5),
      }),
    )
    .output(nearestSamplesSchema),
  /**
   * The same by the vectors that a model makes of prompts and samples, for several
   * prompts at once; aborting the call stops it, and what is embedded by then stays so.
   */
  nearestByMeaning: reading
    .input(
      z.object({
        /** One of the project, or any file, which is only read. */
        model: z.union([z.object({ modelId: z.string() }), z.object({ path: z.string().min(1) })]),
        prompts: z.array(z.array(messageSchema).min(1)).min(1).max(10_000),
        limit: z.number().int().min(1).max(50).default(5),
      }),
    )
    .output(eventIterator(meaningEventSchema)),
  /** Groups of samples that say the same; aborting the call stops it. Nothing is stored. */
  duplicates: reading
    .input(duplicatesRequestSchema.prefault({}))
    .output(eventIterator(duplicatesEventSchema)),
  /** The flags that a sample would have with other words, for who is writing them. */
  flags: reading
    .input(z.object({ id: z.string(), messages: z.array(messageSchema) }))
    .output(z.array(flagSchema)),
  create: procedure
    .input(
      z.object({
        messages: z.array(messageSchema).min(1),
        source: z.string().max(200).default('manual'),
        /** Where the last answer is that of a model: which. */
        answeredBy: provenanceSchema.shape.answeredBy,
      }),
    )
    .output(sampleSchema),
  /** Stores a new version; refused when `baseVersionId` is no longer the current one. */
  edit: judging('samples')
    .input(
      z.object({
        id: z.string(),
        baseVersionId: z.string(),
        messages: z.array(messageSchema).min(1),
      }),
    )
    .output(sampleSchema),
  history: reading.input(z.object({ id: z.string() })).output(
    z.array(
      z.object({
        kind: z.enum(['version', 'review']),
        at: z.number().int(),
        author: z.string(),
        text: z.string(),
      }),
    ),
  ),
  /**
   * Reviews by id or by filter, as one batch that can be undone. A small one is stored when this
   * answers; a large one is made by the job `jobId` and counts, as a whole, once that succeeded.
   */
  review: judging('samples')
    .input(z.object({ action: reviewActionSchema, selection: sampleSelectionSchema }))
    .output(
      z.object({
        batchId: z.string(),
        /** Samples whose status changed; `null` while the job makes the batch. */
        changed: z.number().int().nullable(),
        jobId: z.string().nullable(),
      }),
    ),
  /** Takes back the newest review batch of this author that is not undone yet, likewise. */
  undoReview: judging('samples').output(
    z.object({
      /** `null` when there is nothing to undo. */
      batchId: z.string().nullable(),
      changed: z.number().int().nullable(),
      jobId: z.string().nullable(),
      /** The sample, where it was about one alone. */
      sampleId: z.string().nullable(),
    }),
  ),
};

/** Chosen by who calls, to ask by `datasets.progress` how far what they called is. */
const workId = z.string().min(1).max(64);

export const datasetsContract = {
  list: reading.output(z.array(datasetSchema)),
  /** Freezes every accepted sample in list order; a cancelled call leaves nothing. */
  freeze: procedure
    .input(z.object({ name: z.string().trim().min(1).max(100), workId: workId.optional() }))
    .output(datasetSchema),
  export: reading
    .input(
      z.object({
        datasetId: z.string(),
        path: z.string().min(1),
        format: exportFormatSchema,
        /** A file that no export wrote may be replaced: a person agreed. */
        overwrite: z.boolean().default(false),
        /** Each line says where its sample is from: source, address, authors, licence. */
        attribution: z.boolean().default(false),
        workId: workId.optional(),
      }),
    )
    .output(z.object({ path: z.string(), samples: z.number().int(), sizeBytes: z.number().int() })),
  /** How far a freeze or an export is; null before it begins and when it is over. */
  progress: reading.input(z.object({ workId })).output(jobProgressSchema.nullable()),
};

/** A dataset as the trainer will see it with one base model and recipe, before any run. */
export const xrayContract = {
  /**
   * Encodes the dataset and streams its samples in order, then stays open: `sample` answers, and
   * the vocabulary stays loaded, until the stream is aborted.
   */
  open: reading
    .input(z.object({ modelId: z.string(), datasetId: z.string(), recipe: xrayOpenRecipeSchema }))
    .output(
      eventIterator(
        z.discriminatedUnion('type', [
          z.object({ type: z.literal('opened'), xrayId: z.string(), samples: z.number().int() }),
          z.object({ type: z.literal('rows'), rows: z.array(xrayRowSchema) }),
          z.object({
            type: z.literal('counted'),
            templateSha256: z.string(),
            maxTokens: z.number().int(),
            /** Samples that would be held out for the dev loss. */
            heldOutIds: z.array(z.string()),
          }),
        ]),
      ),
    ),
  /** Every token of one sample of an open X-ray. */
  sample: reading
    .input(z.object({ xrayId: z.string(), sampleId: z.string() }))
    .output(xraySampleSchema),
};
