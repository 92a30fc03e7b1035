import { z } from 'zod';
import { contestantSchema, samplingSchema } from '../domain/identity.ts';
import { givenNameSchema } from '../domain/label.ts';
import { tableStatisticsSchema, voteFileSchema } from '../domain/evaluate/verdict-statistics.ts';
import { messageSchema } from '../domain/message.ts';
import { figureSchema } from '../domain/figure.ts';
import {
  answersOfFileSchema,
  shownVerdictSchema,
  systemKeySchema,
  voteReasonSchema,
  voteTagSchema,
} from '../domain/evaluate/evaluation.ts';
import { judging, procedure, reading } from './errors.ts';

/** How a report leaves: whole, to be read, or its votes as a table. */
export const reportFormatSchema = z.enum(['json', 'markdown', 'html', 'csv']);

/** What became of a file of answers; of long lists the first thousand are there. */
export const answersImportSchema = z.object({
  answersId: z.string(),
  name: z.string(),
  /** Rows of the file: each was added, known already, in conflict, unmatched or unusable. */
  read: z.number().int(),
  added: z.number().int(),
  /** Answers that were there already, word for word. */
  known: z.number().int(),
  /** Second answers to a prompt that has another one, which stays. */
  conflicts: z.array(z.object({ line: z.number().int(), ordinal: z.number().int() })),
  conflictsTotal: z.number().int(),
  /** Answers to no prompt of the set. */
  unmatched: z.array(z.object({ line: z.number().int(), prompt: z.string(), reason: z.string() })),
  unmatchedTotal: z.number().int(),
  /** Lines that hold no answer. */
  unusable: z.number().int(),
  errors: z.array(z.object({ line: z.number().int(), message: z.string() })),
  errorsTotal: z.number().int(),
  /** Prompts of the set that have no answer of this system, in this file or an earlier one. */
  missing: z.array(z.object({ ordinal: z.number().int(), prompt: z.string() })),
  missingTotal: z.number().int(),
});
export type AnswersImport = z.infer<typeof answersImportSchema>;

export const answersContract = {
  /** Every set of imported answers, by name. */
  list: reading.output(z.array(answersOfFileSchema)),
  /** Adds the answers in a file, to the prompts of a set, to those of a name; nothing is replaced. */
  import: procedure
    .input(z.object({ path: z.string().min(1), promptSetId: z.string(), name: givenNameSchema }))
    .output(answersImportSchema),
};

/**
 * What is told of an evaluation. While it is blind nobody is told which systems it compares, not
 * even who made it: that is mostly the one who votes.
 */
export const evaluationSummarySchema = z.object({
  id: z.string(),
  name: z.string(),
  promptSetName: z.string(),
  /** Names of the systems; `null` until they are revealed. */
  systemA: z.string().nullable(),
  systemB: z.string().nullable(),
  comparisons: z.number().int(),
  /** Prompts that a system has answered, or cannot answer. */
  generatedA: z.number().int(),
  generatedB: z.number().int(),
  /** Comparisons that have both answers. */
  readyPairs: z.number().int(),
  /** Comparisons of which an answer failed: nobody votes on them. */
  failed: z.number().int(),
  /** The first of them with the reason; `system` is null until the systems are revealed. */
  failures: z.array(
    z.object({
      ordinal: z.number().int(),
      system: systemKeySchema.nullable(),
      reason: z.string(),
    }),
  ),
  voted: z.number().int(),
  isRevealed: z.boolean(),
  /** Whether voters may say “both bad”. */
  bothBad: z.boolean(),
  /** About how many more votes separate the systems, after whole steps of 25; null before the first. */
  separation: z
    .object({
      votes: z.number().int(),
      /** 0: separated; null: they are level, no number is known. */
      moreVotes: z.number().int().nullable(),
    })
    .nullable(),
  /** Who has seen what their own votes say, and votes no more. */
  sawOwnResults: z.array(z.string()),
  /** The study that it is a pair of; told once that is revealed. */
  studyId: z.string().nullable(),
  jobId: z.string().nullable(),
  createdMs: z.number().int(),
});
export type EvaluationSummary = z.infer<typeof evaluationSummarySchema>;

/** One blind item: two answers by side, no identity. `verdict` is this author's current vote. */
export const blindComparisonSchema = z.object({
  comparisonId: z.string(),
  ordinal: z.number().int(),
  prompt: z.array(messageSchema),
  /** Of a dialogue all of it as text, what was asked too. */
  left: z.string(),
  right: z.string(),
  /** Both dialogues turn by turn; null of single answers. */
  dialogue: z
    .array(z.object({ asked: z.string(), left: z.string(), right: z.string() }))
    .nullable(),
  verdict: shownVerdictSchema.nullable(),
  /** Why this author voted so; empty without a vote. */
  reason: z.string(),
  tags: z.array(z.string()),
});
export type BlindComparison = z.infer<typeof blindComparisonSchema>;

/** What one person's own votes say, told to them while it is blind for everybody else. */
export const ownResultsSchema = z.object({
  author: z.string(),
  votes: z.number().int(),
  /** Of them those that said “both bad”, which count as ties. */
  bothBad: z.number().int(),
  statistics: tableStatisticsSchema,
});
export type OwnResults = z.infer<typeof ownResultsSchema>;

export const evaluationsContract = {
  /** Stores the evaluation and starts the job that generates both systems' answers. */
  create: procedure
    .input(
      z.object({
        name: z.string().trim().min(1).max(100),
        promptSetId: z.string(),
        a: contestantSchema,
        b: contestantSchema,
        sampling: samplingSchema.prefault({}),
        /** Compare only this many prompts, chosen by the seed; all when absent. */
        prompts: z.number().int().min(1).optional(),
        /** Answers side by side at most, as memory allows. */
        parallel: z.number().int().min(1).max(64).default(16),
        /** Of the choice; sides take the next seed that no evaluation has. */
        seed: z.number().int().min(0).max(4_294_967_295).default(42),
        /** Offer “both bad” beside LIMA's three choices. */
        bothBad: z.boolean().default(false),
      }),
    )
    .output(z.object({ evaluationId: z.string(), jobId: z.string() })),
  /**
   * A further evaluation of the systems of a revealed one, on prompts that they were not compared
   * on: at most `prompts`, of its own set or of another. Its report counts its own votes, and
   * beside them all together, with what that is worth after a look at the first.
   */
  extend: procedure
    .input(
      z.object({
        id: z.string(),
        prompts: z.number().int().min(1),
        promptSetId: z.string().optional(),
      }),
    )
    .output(z.object({ evaluationId: z.string(), jobId: z.string(), prompts: z.number().int() })),
  list: reading.output(z.array(evaluationSummarySchema)),
  get: reading.input(z.object({ id: z.string() })).output(evaluationSummarySchema),
  /**
   * The comparison with this ordinal, or the first that lacks this author's vote: `null` while it
   * is being answered, so that pairs come in their order. Once nothing answers any more, those that
   * lack an answer are passed over; those of which one failed are so at once. `besides` is passed
   * over, too: what comes after a vote on it.
   */
  comparison: reading
    .input(
      z.object({
        id: z.string(),
        ordinal: z.number().int().optional(),
        besides: z.string().optional(),
      }),
    )
    .output(blindComparisonSchema.nullable()),
  /** Durable before it answers; a second vote of the same author replaces the first in results. */
  vote: judging('evaluation')
    .input(
      z.object({
        comparisonId: z.string(),
        verdict: shownVerdictSchema,
        durationMs: z.number().int().min(0).optional(),
        ...voteReasonSchema.shape,
      }),
    )
    .output(evaluationSummarySchema),
  /** Withdraws this author's newest standing vote and returns its comparison, with reason and tags. */
  undoVote: judging('evaluation')
    .input(z.object({ id: z.string() }))
    .output(blindComparisonSchema.nullable()),
  /**
   * Votes by rule where a prompt has an expected answer: the system whose answer contains it wins,
   * both or neither is a tie. Counts only while no person and no judge has voted.
   */
  voteByRule: procedure
    .input(z.object({ id: z.string(), rule: z.enum(['expected-answer']) }))
    .output(z.object({ votes: z.number().int(), summary: evaluationSummarySchema })),
  /** The tags of votes in this project with how many votes have them, the most frequent first. */
  voteTags: reading.output(z.array(voteTagSchema)),
  /**
   * Tells this author what their own votes say, once they voted on all that is theirs, and ends
   * their votes; it stays blind for everybody else.
   */
  revealOwn: procedure.input(z.object({ id: z.string() })).output(ownResultsSchema),
  /** What `revealOwn` told. */
  ownResults: reading.input(z.object({ id: z.string() })).output(ownResultsSchema),
  /** Ends the blind phase for good: afterwards votes are refused. */
  reveal: procedure.input(z.object({ id: z.string() })).output(evaluationSummarySchema),
  /** The report of a revealed evaluation in one of its three forms, as text. */
  report: reading
    .input(z.object({ id: z.string(), format: reportFormatSchema }))
    .output(z.object({ fileName: z.string(), text: z.string() })),
  /** Writes the report to a file, complete or not at all: for shells that cannot download. */
  saveReport: reading
    .input(
      z.object({
        id: z.string(),
        format: reportFormatSchema,
        path: z.string().min(1),
        /** A file that no export wrote may be replaced: a person agreed. */
        overwrite: z.boolean().default(false),
      }),
    )
    .output(z.object({ path: z.string(), sizeBytes: z.number().int() })),
};

/** Statistics of votes that are in no project. */
export const statisticsContract = {
  /** Of a file; `authors`: only their votes, all without. */
  ofFile: reading
    .input(z.object({ path: z.string().min(1), authors: z.array(z.string()).default([]) }))
    .output(voteFileSchema),
  /** Writes a figure as SVG, complete or not at all: for shells that cannot download. */
  saveFigure: reading
    .input(
      z.object({
        figure: figureSchema,
        path: z.string().min(1),
        overwrite: z.boolean().default(false),
      }),
    )
    .output(z.object({ path: z.string(), sizeBytes: z.number().int() })),
};
