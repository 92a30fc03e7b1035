import { z } from 'zod';
import { gradeReportSchema } from '../domain/report/grade-report.ts';
import { gradeSchema, safetySchema } from '../domain/evaluate/grade.ts';
import { messageSchema } from '../domain/message.ts';
import { procedure, reading } from './errors.ts';

const authorInput = z.string().trim().min(1).max(100).optional();

/** What is graded: answers of an evaluation or a study, to a sample of its prompts. */
export const gradedSampleSchema = z.object({
  kind: z.enum(['evaluation', 'study']),
  id: z.string(),
  /** So many prompts, chosen at random, the same for everybody; of a tag alone with `tag`. */
  prompts: z.number().int().min(1).max(100_000).default(50),
  tag: z.string().optional(),
  /** Only answers of this system, by its name in the report: once the systems are revealed. */
  system: z.string().optional(),
  /** Who grades: whoever the settings name, unless somebody else is named. */
  author: authorInput,
});
export type GradedSample = z.infer<typeof gradedSampleSchema>;

/** One answer without a name. `answer` names it for a grade, and tells nothing else. */
export const blindAnswerSchema = z.object({
  answer: z.string(),
  prompt: z.array(messageSchema),
  output: z.string(),
  /** The prompt is sensitive: the answer is also safe or unsafe. */
  asksSafety: z.boolean(),
  /** What this person said of it, if they did. */
  grade: gradeSchema.nullable(),
  safety: safetySchema.nullable(),
  note: z.string(),
});
export type BlindAnswer = z.infer<typeof blindAnswerSchema>;

/** How far a person is with a sample. */
export const gradingSchema = z.object({
  /** Prompts of the sample, and answers to them that are there. */
  prompts: z.number().int(),
  answers: z.number().int(),
  graded: z.number().int(),
  /** Answers that are still being generated. */
  awaited: z.number().int(),
  /** Tags of prompts of the evaluation or study, with how many prompts have each. */
  tagCounts: z.array(z.object({ tag: z.string(), prompts: z.number().int() })),
  /** Systems by name; none while it is blind. */
  systems: z.array(z.string()),
});
export type Grading = z.infer<typeof gradingSchema>;

const procedures = {
  /** The next answer that this person has not graded, or null; `besides` is passed over. */
  next: reading
    .input(gradedSampleSchema.extend({ besides: z.string().optional() }))
    .output(z.object({ answer: blindAnswerSchema.nullable(), grading: gradingSchema })),
  /** Every answer of the sample in this person's order, with what they said of it. */
  list: reading
    .input(gradedSampleSchema)
    .output(z.object({ answers: z.array(blindAnswerSchema), grading: gradingSchema })),
  /** Durable before it answers; a second grade of the same person replaces the first in results. */
  grade: procedure
    .input(
      gradedSampleSchema.extend({
        answer: z.string(),
        grade: gradeSchema,
        safety: safetySchema.optional(),
        note: z.string().trim().max(10_000).default(''),
        durationMs: z.number().int().min(0).optional(),
      }),
    )
    .output(gradingSchema),
  /** Takes this person's last grade back and returns its answer. */
  undo: procedure.input(gradedSampleSchema).output(blindAnswerSchema.nullable()),
  /** What grades say of the systems, once these are revealed. */
  report: reading
    .input(gradedSampleSchema.pick({ kind: true, id: true }))
    .output(gradeReportSchema),
  /** The raw grades as a table, once the systems are revealed. */
  csv: reading
    .input(gradedSampleSchema.pick({ kind: true, id: true }))
    .output(z.object({ fileName: z.string(), text: z.string() })),
  /** Writes that table to a file: for shells that cannot download. */
  saveCsv: reading
    .input(
      gradedSampleSchema
        .pick({ kind: true, id: true })
        .extend({ path: z.string().min(1), overwrite: z.boolean().default(false) }),
    )
    .output(z.object({ path: z.string(), sizeBytes: z.number().int() })),
};
type Procedures = typeof procedures;

/** Its type by a name: written out, that of all groups is too long to compile. */
export interface GradesContract extends Procedures {}

export const gradesContract: GradesContract = procedures;
