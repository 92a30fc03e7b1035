import { z } from 'zod';
import {
  authorKindSchema,
  shownVerdictSchema,
  systemKeySchema,
  verdictSchema,
} from '../evaluate/evaluation.ts';
import { endpointIdentitySchema, identitySchema, importedIdentitySchema } from '../identity.ts';
import { judgedOrderSchema, reportJudgeSchema } from './report-judge.ts';
import { messageSchema } from '../message.ts';
import {
  agreementCoefficientSchema,
  estimateSchema,
  intervalSchema,
  meanScoreSchema,
} from '../evaluate/estimates.ts';

/** AlpacaEval's win rate between answers of one length (`length_controlled_minimal`). */
export const lengthControlledSchema = z.object({
  /** From 0 to 1; null where the lengths alone decide the verdicts. */
  value: z.number().nullable(),
  /** By a bootstrap over prompts. */
  interval: intervalSchema.nullable(),
});
export type LengthControlled = z.infer<typeof lengthControlledSchema>;

/** The statistics of a set of verdicts, from system A's point of view. */
export const preferenceSummarySchema = z.object({
  wins: z.number().int(),
  ties: z.number().int(),
  losses: z.number().int(),
  n: z.number().int(),
  /** Confidence of every interval here, 0.95 unless asked otherwise. */
  confidence: z.number(),
  winRate: estimateSchema,
  tieRate: estimateSchema,
  loseRate: estimateSchema,
  winPlusTie: estimateSchema,
  winPlusHalfTie: meanScoreSchema,
  /** Two-sided exact sign test of wins against losses. */
  signTestP: z.number(),
  /** AlpaGasus: (wins − losses)/n + 1, so 1 is parity. */
  winningScore: z.number(),
  /** 0: separated already; `null`: neither leads. */
  moreVotesToSeparate: z.number().int().nullable(),
  /**
   * Only where a prompt was asked more than once: each prompt by what most of its verdicts say. The
   * sign test is of these, and the intervals are wider than those of independent comparisons.
   */
  byPrompt: z
    .object({
      prompts: z.number().int(),
      wins: z.number().int(),
      ties: z.number().int(),
      losses: z.number().int(),
    })
    .optional(),
});
export type PreferenceSummary = z.infer<typeof preferenceSummarySchema>;

/** How many prompts the items are about, by which the interval is clustered: where one is asked twice. */
const clusteredPromptsSchema = z.number().int().optional();

/** Decided votes by side of the screen; the left share should be near one half. */
export const positionBiasSchema = z.object({
  left: z.number().int(),
  right: z.number().int(),
  neither: z.number().int(),
  leftShare: estimateSchema,
  signTestP: z.number(),
  /**
   * Only where a prompt has several decided votes: each prompt by the side most of them prefer. The
   * sign test is of these, and the interval is clustered by prompt.
   */
  byPrompt: z
    .object({ prompts: z.number().int(), left: z.number().int(), right: z.number().int() })
    .optional(),
});
export type PositionBias = z.infer<typeof positionBiasSchema>;

/** Decided items by length of the winning answer, in characters. */
export const lengthBiasSchema = z.object({
  longer: z.number().int(),
  shorter: z.number().int(),
  longerShare: estimateSchema,
  prompts: clusteredPromptsSchema,
});
export type LengthBias = z.infer<typeof lengthBiasSchema>;

const reportTurnSchema = z.object({
  output: z.string(),
  finish: z.enum(['stop', 'length', 'cancelled']).nullable(),
  seed: z.number().int().nullable(),
});

/**
 * One answer; `seed` and `finish` are `null` when it was imported from a file. The output of a
 * dialogue is the words of all its answers, which stand in `turns` one by one; a single answer, and
 * one of an earlier report, has none there.
 */
export const reportAnswerSchema = reportTurnSchema.extend({
  turns: z.array(reportTurnSchema).default([]),
});

/** One author's standing vote on one comparison; `shown` is `null` when nothing was shown. */
export const reportVoteSchema = z.object({
  author: z.string(),
  authorKind: authorKindSchema,
  verdict: verdictSchema,
  shown: shownVerdictSchema.nullable(),
  atMs: z.number().int(),
  /** Why, in the author's words and by tags; empty without, and in earlier reports. */
  reason: z.string().default(''),
  tags: z.array(z.string()).default([]),
  /** How long they looked at the pair; null where nothing was measured, and in earlier reports. */
  durationMs: z.number().int().nullable().default(null),
  /** A judge's alone: from 0, B is better, to 1, A is better; its mean over both orders. */
  preference: z.number().min(0).max(1).optional(),
  /** A judge's alone: what it said in each order. */
  orders: z.array(judgedOrderSchema).optional(),
});
export type ReportVote = z.infer<typeof reportVoteSchema>;

/** One comparison, `ordinal` from 0; `verdict` is what counts in the statistics, `null` while it is open. */
export const reportItemSchema = z.object({
  ordinal: z.number().int(),
  prompt: z.array(messageSchema),
  a: reportAnswerSchema,
  b: reportAnswerSchema,
  shownLeft: systemKeySchema,
  votes: z.array(reportVoteSchema),
  verdict: verdictSchema.nullable(),
  /** What a right answer contains; null where nothing is expected, and in earlier reports. */
  expected: z.string().nullable().default(null),
});
export type ReportItem = z.infer<typeof reportItemSchema>;

/**
 * A contestant. `identities` are the distinct ones its answers carry (but for the seeds): normally one,
 * none when a file or an endpoint gave the answers: `imported` and `endpoints` tell which.
 */
export const reportSystemSchema = z.object({
  name: z.string(),
  identities: z.array(identitySchema),
  imported: z.array(importedIdentitySchema).default([]),
  endpoints: z.array(endpointIdentitySchema).default([]),
  /** The seed that those of all its answers follow from; null where none is known, and in earlier reports. */
  seed: z.number().int().nullable().default(null),
});
export type ReportSystem = z.infer<typeof reportSystemSchema>;

/** An evaluation of the same systems that was revealed before, with what it adds to this one. */
export const earlierEvaluationSchema = z.object({
  name: z.string(),
  statistics: preferenceSummarySchema,
});

/** This evaluation and the ones it extends, together; every one of them was a look at the result. */
export const pooledResultSchema = z.object({
  earlier: z.array(earlierEvaluationSchema),
  statistics: preferenceSummarySchema,
});

/** How many verdicts one author gave, and what they say alone. */
export const reportAuthorSchema = z.object({
  author: z.string(),
  authorKind: authorKindSchema,
  votes: z.number().int(),
  statistics: preferenceSummarySchema.nullable(),
});
export type ReportAuthor = z.infer<typeof reportAuthorSchema>;

/** Tie-discounted accuracy and Cohen's kappa of two authors over the items both judged. */
export const reportAgreementSchema = z.object({
  first: z.string(),
  second: z.string(),
  items: z.number().int(),
  tieDiscounted: meanScoreSchema,
  prompts: clusteredPromptsSchema,
  /** Null where chance alone agrees, and in earlier reports. */
  kappa: agreementCoefficientSchema.nullable().default(null),
});

/** How many answers of one system contain what is expected, as whole words. */
const rightAnswersSchema = z.object({ right: z.number().int(), share: estimateSchema });

/** Right answers of both systems to the questions with an expected answer, whoever voted. */
export const reportAccuracySchema = z.object({
  questions: z.number().int(),
  prompts: clusteredPromptsSchema,
  a: rightAnswersSchema,
  b: rightAnswersSchema,
});
export type ReportAccuracy = z.infer<typeof reportAccuracySchema>;

/** Preferences between dialogues, each judged as a whole. */
const dialogueOutcomeSchema = z.object({
  comparisons: z.number().int(),
  /** User turns of all of them, and of the shortest and the longest one. */
  turns: z.number().int(),
  shortest: z.number().int(),
  longest: z.number().int(),
  statistics: preferenceSummarySchema.nullable(),
});
export type DialogueOutcome = z.infer<typeof dialogueOutcomeSchema>;

/** Whose verdicts make the headline statistics; `none` while nobody voted. */
export const reportBasisSchema = z.enum(['human', 'judge', 'rule', 'none']);
export type ReportBasis = z.infer<typeof reportBasisSchema>;

/** All that is known of a revealed evaluation; its JSON form is the report's exchange format. */
export const evaluationReportSchema = z.object({
  format: z.literal('lima-evaluation-report'),
  formatVersion: z.literal(1),
  name: z.string(),
  createdMs: z.number().int(),
  promptSet: z.object({ name: z.string(), contentHash: z.string(), prompts: z.number().int() }),
  systems: z.object({ a: reportSystemSchema, b: reportSystemSchema }),
  sideSeed: z.number().int(),
  protocol: z.string(),
  counts: z.object({
    comparisons: z.number().int(),
    judged: z.number().int(),
    open: z.number().int(),
    identicalOutputs: z.number().int(),
    votes: z.number().int(),
    /** Votes of people that both answers are bad: ties, told apart. */
    bothBad: z.number().int().default(0),
  }),
  /** People who saw what their own votes say before the others, and voted no more. */
  sawOwnResults: z.array(z.string()).default([]),
  /** Comparisons that are no items, because a system could not answer; none in earlier reports. */
  failures: z
    .array(z.object({ ordinal: z.number().int(), system: systemKeySchema, reason: z.string() }))
    .default([]),
  basis: reportBasisSchema,
  statistics: preferenceSummarySchema.nullable(),
  /** Judges and all that they said; none in earlier reports. */
  judges: z.array(reportJudgeSchema).default([]),
  /** Of the verdicts that count; null while nothing is judged, and in earlier reports. */
  lengthControlled: lengthControlledSchema.nullable().default(null),
  /** Null where no prompt has an expected answer, and in earlier reports. */
  accuracy: reportAccuracySchema.nullable().default(null),
  /** Of the comparisons that are dialogues; null where none is, and in earlier reports. */
  dialogues: dialogueOutcomeSchema.nullable().default(null),
  authors: z.array(reportAuthorSchema),
  agreements: z.array(reportAgreementSchema),
  /** Alpha of all authors but rules, of preferences as numbers; null as kappa is. */
  krippendorff: agreementCoefficientSchema.nullable().default(null),
  positionBias: positionBiasSchema.nullable(),
  lengthBias: lengthBiasSchema.nullable(),
  /** Only of an evaluation that extends others. */
  pooled: pooledResultSchema.nullable().default(null),
  /** What does not agree with what the project says elsewhere, as sentences. */
  disagreements: z.array(z.string()).default([]),
  warnings: z.array(z.string()),
  /** How the numbers came about, as one paragraph; empty in earlier reports. */
  methods: z.string().default(''),
  items: z.array(reportItemSchema),
});
export type EvaluationReport = z.infer<typeof evaluationReportSchema>;
