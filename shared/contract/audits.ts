import { z } from 'zod';
import { contestantSchema } from '../domain/identity.ts';
import { auditFindingsSchema } from '../domain/judge/audit/audit-findings.ts';
import { procedure, reading } from './errors.ts';
import { judgedSchema, judgingSummarySchema } from './judgings.ts';

/** An audit of a judge with a rubric: how far it is, and what it found once it is whole. */
const auditSummarySchema = judgingSummarySchema
  .pick({
    id: true,
    judge: true,
    systemId: true,
    rubric: true,
    jobId: true,
    total: true,
    done: true,
    failed: true,
    failures: true,
    createdMs: true,
  })
  .extend({
    /** Null while verdicts lack: a part of the pairs would raise no flag, whatever it says. */
    findings: auditFindingsSchema.nullable(),
  });
export type AuditSummary = z.infer<typeof auditSummarySchema>;

/** Audits: what a judge makes of answers whose worth is known, before its numbers are believed. */
export const auditsContract = {
  /** Every audit, oldest first, each beside the votes on all that is revealed. */
  list: reading.output(z.array(auditSummarySchema)),
  /** Beside the votes on one study or evaluation; refused while that is blind. */
  get: reading
    .input(z.object({ id: z.string(), judged: judgedSchema.optional() }))
    .output(auditSummarySchema),
  /** Asks a judge for what lacks; the same judge and rubric again goes on with the same audit. */
  start: procedure
    .input(z.object({ judge: contestantSchema, rubricHash: z.string().min(1) }))
    .output(z.object({ auditId: z.string(), jobId: z.string() })),
};
