import { z } from 'zod';
import { contestantSchema } from '../domain/identity.ts';
import { auditFlagSchema } from '../domain/judge/audit/audit-findings.ts';
import { judgingResultsSchema } from '../domain/judge/judging-results.ts';
import { rubricNameSchema, rubricSchema, rubricTextSchema } from '../domain/judge/rubric.ts';
import { procedure, reading } from './errors.ts';

/** What a judge judges, by its id: all pairs of a study, or one evaluation. */
export const judgedSchema = z.object({ kind: z.enum(['study', 'evaluation']), id: z.string() });
export type Judged = z.infer<typeof judgedSchema>;

/** How far a judge is; nothing of what it said, which is told with the votes. */
export const judgingSummarySchema = z.object({
  id: z.string(),
  judged: judgedSchema,
  /** As reports name what it says. */
  author: z.string(),
  /** The judge: its name, and the system that it is stored as. */
  judge: z.string(),
  systemId: z.string(),
  rubric: rubricSchema.pick({ hash: true, name: true, version: true, text: true }),
  /** Of its audit with this rubric; null where there is no whole one. */
  auditFlags: z.array(auditFlagSchema).nullable(),
  /** Fences the texts off in every question of this judging. */
  nonce: z.string(),
  jobId: z.string().nullable(),
  /** Pairs, answers or turns of dialogues that can be judged now, but for pairs of identical answers. */
  items: z.number().int(),
  identical: z.number().int(),
  /** Verdicts wanted, and those that are there or cannot be had. */
  total: z.number().int(),
  done: z.number().int(),
  /** Verdicts that the judge was asked for, and those taken over from earlier judgings of the same words. */
  asked: z.number().int(),
  takenOver: z.number().int(),
  /** Items that the judge could not be asked, with the reasons of the first. */
  failed: z.number().int(),
  failures: z.array(z.string()),
  createdMs: z.number().int(),
});
export type JudgingSummary = z.infer<typeof judgingSummarySchema>;

const byId = z.object({ id: z.string() });

/** Judges: models whose verdicts are read from the probabilities of their next token. */
export const judgingsContract = {
  /** Judgings of a study or an evaluation, oldest first. */
  list: reading.input(judgedSchema).output(z.array(judgingSummarySchema)),
  /** Asks a judge for what lacks and was in no earlier judging of the same words; the same judge and rubric again goes on with the same judging. */
  start: procedure
    .input(
      z.object({
        judged: judgedSchema,
        judge: contestantSchema,
        rubricHash: z.string().min(1),
        /** Asks also for what would be taken over from earlier judgings of the same words. */
        isFresh: z.boolean().default(false),
      }),
    )
    .output(z.object({ judgingId: z.string(), jobId: z.string() })),
  /** What it said; refused while it is blind and a person has voted on it or graded it. */
  results: reading.input(byId).output(judgingResultsSchema),
};

/** Texts that judges are asked with; none is ever changed, an edit is a new version of its name. */
export const rubricsContract = {
  list: reading.output(z.array(rubricSchema)),
  /** Stores a text under a name; one that is there already stays under the name that it has. */
  save: procedure
    .input(z.object({ name: rubricNameSchema, text: rubricTextSchema }))
    .output(rubricSchema),
};
