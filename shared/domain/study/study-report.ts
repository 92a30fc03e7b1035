import { z } from 'zod';
import {
  evaluationReportSchema,
  positionBiasSchema,
  reportBasisSchema,
  reportSystemSchema,
} from '../report/evaluation-report.ts';
import { reportJudgeSchema } from '../report/report-judge.ts';
import { studyDesignSchema } from './study.ts';
import { tableStatisticsSchema } from '../evaluate/verdict-statistics.ts';

const count = z.number().int();

/** All that is known of a revealed study; its JSON form is the report's exchange format. */
export const studyReportSchema = z.object({
  format: z.literal('lima-study-report'),
  formatVersion: z.literal(1),
  name: z.string(),
  createdMs: count,
  design: studyDesignSchema,
  /** The focus first where there is one; names are told apart where two are the same. */
  systems: z.array(reportSystemSchema),
  promptSets: z.array(
    z.object({ name: z.string(), contentHash: z.string(), prompts: count, asked: count }),
  ),
  seed: count,
  overlapPercent: count,
  calibrationItems: count,
  protocol: z.string(),
  counts: z.object({
    pairs: count,
    comparisons: count,
    judged: count,
    open: count,
    failed: count,
    identicalOutputs: count,
    votes: count,
    answers: count,
    bothBad: count.default(0),
  }),
  /** People who saw what their own votes say before the others, and voted no more. */
  sawOwnResults: z.array(z.string()).default([]),
  basis: reportBasisSchema,
  statistics: tableStatisticsSchema,
  /** Judges and all that they said of all pairs; none in earlier reports. */
  judges: z.array(reportJudgeSchema).default([]),
  /** Prompts to which a system has no answer. */
  failures: z.array(
    z.object({ system: z.string(), promptSet: z.string(), prompt: count, reason: z.string() }),
  ),
  annotators: z.array(
    z.object({
      author: z.string(),
      votes: count,
      /** What of their queue they did not vote on. */
      left: count,
      /** Median time of a vote; null where none was measured. */
      medianMs: z.number().nullable(),
    }),
  ),
  positionBias: positionBiasSchema.nullable(),
  /** How it was done, in sentences that name every number, hash and seed. */
  methods: z.array(z.string()),
  disagreements: z.array(z.string()),
  warnings: z.array(z.string()),
  /** The report of each pair on each set. */
  evaluations: z.array(evaluationReportSchema),
});
export type StudyReport = z.infer<typeof studyReportSchema>;
