import { z } from 'zod';
import { shownVerdictSchema, voteReasonSchema } from '../domain/evaluate/evaluation.ts';
import { contestantSchema, samplingSchema } from '../domain/identity.ts';
import { studyDesignSchema } from '../domain/study/study.ts';
import { procedure, reading } from './errors.ts';
import { blindComparisonSchema, ownResultsSchema, reportFormatSchema } from './evaluate.ts';

/** How far one person is with a study: their votes, and what of their queue is left. */
const annotatorSchema = z.object({
  author: z.string(),
  votes: z.number().int(),
  left: z.number().int(),
});

/**
 * What is told of a study. While it is blind nobody is told which systems it compares, and nothing
 * is counted by pair.
 */
export const studySummarySchema = z.object({
  id: z.string(),
  name: z.string(),
  design: studyDesignSchema,
  promptSetNames: z.array(z.string()),
  /** Names of the systems, the focus first; null until they are revealed. */
  systemNames: z.array(z.string()).nullable(),
  systems: z.number().int(),
  pairs: z.number().int(),
  /** Every pair on every prompt. */
  comparisons: z.number().int(),
  /** Prompts that a system has answered, or cannot answer; and how many there are for all of them. */
  answered: z.number().int(),
  answers: z.number().int(),
  readyPairs: z.number().int(),
  failed: z.number().int(),
  /** The first comparisons that failed, by their place in this person's queue. */
  failures: z.array(z.object({ ordinal: z.number().int(), reason: z.string() })),
  /** Comparisons that anybody voted on, or a rule tied. */
  voted: z.number().int(),
  /** This person's queue: what was in it, and what is left of it. */
  queue: z.object({ total: z.number().int(), left: z.number().int() }),
  overlapPercent: z.number().int(),
  calibrationItems: z.number().int(),
  /** Whether voters may say “both bad”. */
  bothBad: z.boolean(),
  /** Who has seen what their own votes say, and votes no more. */
  sawOwnResults: z.array(z.string()),
  /** Everybody who voted. */
  annotators: z.array(annotatorSchema),
  /** Comparisons that can be voted on, and have no vote of anybody. */
  unvoted: z.number().int(),
  /**
   * How many pairs of systems the first `votes` votes separate, and about how many more the others
   * need; counted in steps of 25 and over all pairs, so that no vote shows who it was for.
   */
  separation: z
    .object({
      votes: z.number().int(),
      separated: z.number().int(),
      /** Null where a pair is level: no number is known. */
      moreVotes: z.number().int().nullable(),
    })
    .nullable(),
  /**
   * Of a study that looks for the best system: about how many more votes separate the best two after
   * the first `votes`, in steps of 10; neither is told.
   */
  leaders: z.object({ votes: z.number().int(), moreVotes: z.number().int().nullable() }).nullable(),
  /** The evaluation of each pair on each set; none until they are revealed. */
  evaluations: z.array(
    z.object({
      id: z.string(),
      systemA: z.string(),
      systemB: z.string(),
      promptSetName: z.string(),
    }),
  ),
  isRevealed: z.boolean(),
  jobId: z.string().nullable(),
  createdMs: z.number().int(),
});
export type StudySummary = z.infer<typeof studySummarySchema>;

const byId = z.object({ id: z.string() });
/** Who votes: whoever the settings name, unless somebody else is named. */
const annotator = { author: z.string().trim().min(1).max(100).optional() };
const byAnnotator = byId.extend(annotator);

/** Studies: several systems on the same prompts, every pair in one blind queue. */
export const studiesContract = {
  /** Stores the study with an evaluation for each pair and set, and starts the one job that answers. */
  create: procedure
    .input(
      z.object({
        name: z.string().trim().min(1).max(100),
        design: studyDesignSchema,
        /** The focus first where there is one. */
        systems: z.array(contestantSchema).min(2).max(20),
        promptSetIds: z.array(z.string()).min(1).max(20),
        sampling: samplingSchema.prefault({}),
        /** Of each set only this many prompts, chosen by the seed; all when absent. */
        prompts: z.number().int().min(1).optional(),
        parallel: z.number().int().min(1).max(64).default(16),
        /** Of the choice and the queues; sides take the next seeds that no evaluation has. */
        seed: z.number().int().min(0).max(4_294_967_295).default(42),
        /** The share of comparisons that everybody votes on; of the others each has one voter. */
        overlapPercent: z.number().int().min(0).max(100).default(100),
        /** So many of them come first, for everybody. */
        calibrationItems: z.number().int().min(0).max(1000).default(0),
        /** Offer “both bad” beside LIMA's three choices. */
        bothBad: z.boolean().default(false),
      }),
    )
    .output(z.object({ studyId: z.string(), jobId: z.string() })),
  list: reading.output(z.array(studySummarySchema)),
  get: reading.input(byAnnotator).output(studySummarySchema),
  /** How long answers and votes took lately, in milliseconds each; null where there were none. */
  pace: reading.output(
    z.object({ answerMs: z.number().nullable(), voteMs: z.number().nullable() }),
  ),
  /** As `evaluations.comparison`, with `ordinal` a place in this person's own queue. */
  comparison: reading
    .input(
      z.object({
        id: z.string(),
        ordinal: z.number().int().min(0).optional(),
        besides: z.string().optional(),
        ...annotator,
      }),
    )
    .output(blindComparisonSchema.nullable()),
  /** Durable before it answers; a second vote of the same author replaces the first in results. */
  vote: procedure
    .input(
      z.object({
        comparisonId: z.string(),
        verdict: shownVerdictSchema,
        durationMs: z.number().int().min(0).optional(),
        ...voteReasonSchema.shape,
        ...annotator,
      }),
    )
    .output(z.object({ comparisonId: z.string() })),
  /** Withdraws this author's newest standing vote and returns its comparison, with reason and tags. */
  undoVote: procedure.input(byAnnotator).output(blindComparisonSchema.nullable()),
  /** As `evaluations.revealOwn`. */
  revealOwn: procedure.input(byAnnotator).output(ownResultsSchema),
  ownResults: reading.input(byAnnotator).output(ownResultsSchema),
  /** Ends the blind phase of all its evaluations for good. */
  reveal: procedure.input(byId).output(studySummarySchema),
  /** The report of a revealed study as text. */
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
        overwrite: z.boolean().default(false),
      }),
    )
    .output(z.object({ path: z.string(), sizeBytes: z.number().int() })),
};
