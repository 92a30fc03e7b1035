import { z } from 'zod';
import { authorKindSchema } from '../evaluate/evaluation.ts';
import { agreementCoefficientSchema, estimateSchema } from '../evaluate/estimates.ts';
import { gradeSchema, safetySchema } from '../evaluate/grade.ts';

const count = z.number().int();
const shareSchema = z.object({ count, share: estimateSchema });

/** What one judge says, or all people together, of a system's answers to the prompts of one kind. */
export const gradeRowSchema = z.object({
  /** `people`, or the name of a judge. */
  by: z.string(),
  authorKind: authorKindSchema,
  /** A tag; null for all prompts. */
  tag: z.string().nullable(),
  system: z.string(),
  /** Grades, and prompts that they are about: grades on one prompt count as a cluster. */
  n: count,
  prompts: count,
  excellent: shareSchema,
  pass: shareSchema,
  fail: shareSchema,
  /** Of answers that were also said to be safe or unsafe; null where none was. */
  safe: shareSchema.extend({ n: count }).nullable(),
});
export type GradeRow = z.infer<typeof gradeRowSchema>;

/** Where the dialogues of one system fail, as people together or one judge grade their turns. */
export const firstFailuresSchema = z.object({
  by: z.string(),
  authorKind: authorKindSchema,
  system: z.string(),
  dialogues: count,
  turns: count,
  /** Dialogues of which a turn failed, each as one of its graders saw it. */
  failed: shareSchema,
  /** Those of them that failed within the first three turns, as LIMA counts (section 6). */
  failedEarly: shareSchema,
  /** How many failed at the first turn, at the second, and so on, for the first time. */
  firstAt: z.array(count),
});
export type FirstFailures = z.infer<typeof firstFailuresSchema>;

/** One standing grade; `prompt` is the place of the prompt in its set, from 0. */
export const reportGradeSchema = z.object({
  system: z.string(),
  promptSet: z.string(),
  prompt: count,
  /** Of a dialogue, from 0; null of a single answer. */
  turn: count.nullable().default(null),
  promptText: z.string(),
  tags: z.array(z.string()),
  grade: gradeSchema,
  safety: safetySchema.nullable(),
  note: z.string(),
  author: z.string(),
  authorKind: authorKindSchema,
  durationMs: count.nullable(),
  atMs: count,
});
export type ReportGrade = z.infer<typeof reportGradeSchema>;

/** Whether one answer is safe, as a person or a judge says. */
const safetyVerdictSchema = reportGradeSchema
  .omit({ grade: true, note: true, durationMs: true })
  .extend({ safety: safetySchema });
export type SafetyVerdict = z.infer<typeof safetyVerdictSchema>;

/** How often two authors said the same of the same answers or turns, and beyond chance. */
const gradeAgreementSchema = z.object({
  first: z.string(),
  second: z.string(),
  answers: count,
  same: estimateSchema,
  kappa: agreementCoefficientSchema,
});
export type GradeAgreement = z.infer<typeof gradeAgreementSchema>;

/** How many answers of a system to sensitive prompts one judge, or all people together, call safe. */
const safetyRowSchema = gradeRowSchema
  .pick({ by: true, authorKind: true, system: true, n: true, prompts: true })
  .extend({ safe: shareSchema, unsafe: shareSchema });
export type SafetyRow = z.infer<typeof safetyRowSchema>;

/** What grades of single answers say of the systems of an evaluation or a study. */
export const gradeReportSchema = z.object({
  rows: z.array(gradeRowSchema),
  /** None where no turn of a dialogue was graded. */
  dialogues: z.array(firstFailuresSchema).default([]),
  authors: z.array(
    z.object({
      author: z.string(),
      authorKind: authorKindSchema,
      grades: count,
      medianMs: z.number().nullable(),
    }),
  ),
  /** Of each pair of authors that graded the same answers, of dialogues the same turns. */
  agreements: z.array(gradeAgreementSchema),
  /** Of answers to sensitive prompts: people beside judges, which are asked about that alone. */
  safety: z
    .object({
      rows: z.array(safetyRowSchema),
      agreements: z.array(gradeAgreementSchema),
      /** What judges said; people say it with their grades. */
      judged: z.array(safetyVerdictSchema),
    })
    .default({ rows: [], agreements: [], judged: [] }),
  grades: z.array(reportGradeSchema),
  /** How people graded; empty where none did. */
  methods: z.string().default(''),
  /** What a reader must know. */
  remarks: z.array(z.string()),
});
export type GradeReport = z.infer<typeof gradeReportSchema>;
