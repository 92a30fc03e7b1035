import { z } from 'zod';
import { auditFlagSchema } from '../judge/audit/audit-findings.ts';
import { endpointIdentitySchema, identitySchema } from '../identity.ts';
import { judgedPairSchema, judgedQualitySchema } from '../judge/judging-results.ts';
import { probabilitiesSchema, shownOrderSchema } from '../judge/judge-verdict.ts';
import { rubricTextSchema } from '../judge/rubric.ts';

/** What a judge said in one order, as its probabilities. */
export const judgedOrderSchema = z.object({
  order: shownOrderSchema,
  /** Of the rubric's symbols, in their order. */
  probabilities: probabilitiesSchema,
  elsewhere: z.number(),
});

/** A judge with a rubric: who it is, how it was asked, and what it said. */
export const reportJudgeSchema = z.object({
  /** As the votes name it: `judge NAME · RUBRIC`. */
  author: z.string(),
  judge: z.string(),
  /** What weights gave its verdicts, and which endpoints: one of each configuration. */
  identities: z.array(identitySchema),
  endpoints: z.array(endpointIdentitySchema),
  rubric: z.object({ hash: z.string(), name: z.string(), text: rubricTextSchema }),
  /** What fenced the texts off, in earlier judgings as well. */
  nonces: z.array(z.string()),
  /** Of a pairwise rubric. */
  pairs: z.array(judgedPairSchema),
  /** Of the others, with every answer's probabilities. */
  quality: z.array(judgedQualitySchema),
  answers: z.array(
    z.object({
      system: z.string(),
      prompt: z.string(),
      /** Of a dialogue, from 0; null of a single answer, and where it was asked about as a whole. */
      turn: z.number().int().min(0).nullable().default(null),
      probabilities: probabilitiesSchema,
      elsewhere: z.number(),
    }),
  ),
  /** Items that it could not be asked, by the reason. */
  failures: z.array(z.object({ reason: z.string(), items: z.number().int() })),
  /** Of all its verdicts, those taken over from earlier judgings of the same words. */
  takenOver: z.number().int().min(0).default(0),
  /** Of its audit with this rubric; null where there is no whole one. */
  auditFlags: z.array(auditFlagSchema).nullable(),
});
export type ReportJudge = z.infer<typeof reportJudgeSchema>;
