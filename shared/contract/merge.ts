import { z } from 'zod';
import { messageSchema } from '../domain/message.ts';
import { sampleFilterSchema, sampleSchema, sampleStatusSchema } from '../domain/sample.ts';
import { packetKindSchema } from '../domain/project/packet.ts';
import { procedure, reading } from './errors.ts';

const count = z.number().int();

/** What a merge did, as the job's result and the command line's document; of long lists the first hundred. */
export const mergeReportSchema = z.object({
  path: z.string(),
  dryRun: z.boolean(),
  /** Set when the other file was a review packet. */
  packet: z.object({ kind: z.string(), annotator: z.string() }).nullable(),
  /** By what it is (samples, versions, reviews, votes, runs …): what came, and what was there. */
  counts: z.record(z.string(), z.object({ came: count, known: count })),
  renamed: z.array(z.object({ what: z.string(), name: z.string(), newName: z.string() })),
  /** What was deleted in the other file, and so is gone here; of earlier reports nothing. */
  deleted: z.array(z.object({ what: z.string(), name: z.string() })).default([]),
  /** Samples with edits beside each other, after the merge. */
  edits: z.object({
    total: count,
    first: z.array(
      z.object({ sampleId: z.string(), prompt: z.string(), authors: z.array(z.string()) }),
    ),
  }),
  oppositeReviews: z.object({
    total: count,
    first: z.array(
      z.object({
        sampleId: z.string(),
        prompt: z.string(),
        ours: z.string(),
        ourAuthor: z.string(),
        theirs: z.string(),
        theirAuthor: z.string(),
      }),
    ),
  }),
  /** Votes of one person on one comparison that differ: the later one counts. */
  differingVotes: count,
  /** Evaluations whose answers both files generated, and differently. */
  otherAnswers: z.array(z.object({ evaluation: z.string(), answers: count, votes: count })),
  revealed: z.array(z.string()),
  sameContent: z.array(z.object({ what: z.string(), ours: z.string(), theirs: z.string() })),
  /** Runs that went on in both files and are there twice now. */
  splitRuns: z.array(z.object({ name: z.string(), splitName: z.string() })),
  /** Votes of a packet on comparisons that this project does not have. */
  strayVotes: count,
  files: z.object({
    came: count,
    bytes: count,
    missing: z.array(z.object({ file: z.string(), why: z.string() })),
  }),
  /** SHA-256 of all that the project holds: equal in two copies that hold the same. */
  content: z.string(),
  changed: z.boolean(),
  /** What undoing goes back to; `null` when nothing was changed. */
  backup: z.string().nullable(),
  /** The project's order when the merge ended: what is later was done afterwards. */
  sequence: count,
});
export type MergeReport = z.infer<typeof mergeReportSchema>;

const laterWork = z.record(z.string(), count);

export const mergesContract = {
  /** Merges another copy of the open project into it, as a job; `dryRun` only reports. */
  start: procedure
    .input(
      z.object({
        path: z.string().min(1),
        dryRun: z.boolean().default(false),
        /** Also a project that is no copy of this one. */
        isOtherProject: z.boolean().default(false),
      }),
    )
    .output(z.object({ jobId: z.string() })),
  /** The merge that can be undone, with what was done since; `null` when there is none. */
  undoable: reading.output(
    z
      .object({
        jobId: z.string(),
        title: z.string(),
        finishedMs: z.number().int().nullable(),
        backup: z.string(),
        laterWork,
      })
      .nullable(),
  ),
  /**
   * Goes back to before the newest merge. What was done since is set aside in a file (`aside`), and
   * only when `evenWithLaterWork`.
   */
  undo: procedure
    .input(z.object({ evenWithLaterWork: z.boolean().default(false) }))
    .output(z.object({ aside: z.string().nullable(), laterWork })),
  /** Samples whose edits stand beside each other, by their place in the list. */
  editConflicts: reading.output(
    z.array(
      z.object({
        seq: count,
        sampleId: z.string(),
        prompt: z.string(),
        authors: z.array(z.string()),
      }),
    ),
  ),
  /** The edits of a sample that stand beside each other, oldest first; one when none do. */
  edits: reading.input(z.object({ sampleId: z.string() })).output(
    z.array(
      z.object({
        versionId: z.string(),
        ordinal: count,
        author: z.string(),
        createdMs: count,
        messages: z.array(messageSchema),
      }),
    ),
  ),
  /** Ends a conflict: the words of one edit become a new version, made from all of them. */
  choose: procedure
    .input(z.object({ sampleId: z.string(), versionId: z.string() }))
    .output(sampleSchema),
};

/** Whom a review packet is for, and what it holds. */
export const packetRequestSchema = z.object({
  path: z.string().min(1),
  annotator: z.string().trim().min(1).max(100),
  what: z.discriminatedUnion('kind', [
    sampleFilterSchema.extend({
      kind: z.literal('samples'),
      status: sampleStatusSchema.nullable().default('pending'),
    }),
    z.object({ kind: z.literal('evaluation'), evaluationId: z.string() }),
    /** What of a study's pairs waits for this person. */
    z.object({ kind: z.literal('study'), studyId: z.string() }),
  ]),
});

/** What a job that wrote a packet leaves. */
export const packetResultSchema = z.object({
  path: z.string(),
  annotator: z.string(),
  kind: packetKindSchema,
  /** Samples or pairs. */
  items: count,
  sizeBytes: count,
});
export type PacketResult = z.infer<typeof packetResultSchema>;

export const packetsContract = {
  /**
   * Writes a review packet as a job: a small project for one person, which comes back by a merge.
   * The file appears whole, or not at all.
   */
  write: procedure.input(packetRequestSchema).output(z.object({ jobId: z.string() })),
};
