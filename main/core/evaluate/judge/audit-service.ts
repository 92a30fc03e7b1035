import type { AuditSummary } from '../../../../shared/contract/audits.ts';
import type { Judged } from '../../../../shared/contract/judgings.ts';
import type { Contestant } from '../../../../shared/domain/identity.ts';
import {
  auditsOf,
  findJudging,
  type StoredJudging,
} from '../../../store/repositories/judge/judgings.ts';
import { findRubric } from '../../../store/repositories/judge/rubrics.ts';
import { AppError, found } from '../../base/app-error.ts';
import type { CoreState } from '../../project/core-state.ts';
import type { ProjectSession } from '../../project/project-session.ts';
import { findingsOf } from './findings-of-audit.ts';
import { isAudit } from './items-to-judge.ts';
import { judgingProgress, startJudging } from './judge-service.ts';

/** Asks a judge what its audit lacks; one that goes on already is left to itself. */
export async function startAudit(
  state: CoreState,
  session: ProjectSession,
  input: { judge: Contestant; rubricHash: string },
  signal?: AbortSignal,
): Promise<{ auditId: string; jobId: string }> {
  const rubric = findRubric(session.file.db, 'hash', input.rubricHash);
  if (rubric?.text.kind === 'safety')
    throw new AppError(
      'INVALID_INPUT',
      'An audit looks at how a judge tells good answers from bad ones: there is none for a rubric of safety. Compare it with what people say.',
    );
  const { judgingId, jobId } = await startJudging(
    state,
    session,
    { ...input, judged: null },
    signal,
  );
  return { auditId: judgingId, jobId };
}

/** Every audit as shells show it. */
export const audits = (session: ProjectSession): AuditSummary[] =>
  auditsOf(session.file.db).map((audit) => toSummary(session, audit));

/** One audit, beside the votes on a study or an evaluation if one is named. */
export function auditById(
  session: ProjectSession,
  { id, judged }: { id: string; judged?: Judged | undefined },
): AuditSummary {
  const judging = findJudging(session.file.db, id);
  const audit = judging && isAudit(judging) ? judging : undefined;
  return toSummary(session, found(audit, 'audit', id), judged);
}

function toSummary(session: ProjectSession, audit: StoredJudging, judged?: Judged): AuditSummary {
  const { work, ...progress } = judgingProgress(session, audit);
  const isWhole = work.done >= work.total;
  return {
    ...progress,
    findings: isWhole ? findingsOf(session, audit, { verdicts: work.verdicts, judged }) : null,
  };
}
