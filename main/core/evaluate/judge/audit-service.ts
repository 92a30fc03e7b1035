import type { AuditSummary } from '../../../../shared/contract/audits.ts';
import type { Judged } from '../../../../shared/contract/judgings.ts';
import type { AuditFindings } from '../../../../shared/domain/judge/audit/audit-findings.ts';
import { type AuditPair, auditPairs } from '../../../../shared/domain/judge/audit/audit-pairs.ts';
import {
  comparedOutcome,
  gradedOutcome,
} from '../../../../shared/domain/judge/audit/pair-outcome.ts';
import type { Contestant } from '../../../../shared/domain/identity.ts';
import { auditFlags } from '../../../../shared/stats/judge/audit-flags.ts';
import { auditMeasures, type AuditedPair } from '../../../../shared/stats/judge/audit-measures.ts';
import {
  auditsOf,
  findJudging,
  type StoredJudging,
} from '../../../store/repositories/judge/judgings.ts';
import type { StoredVerdict } from '../../../store/repositories/judge/verdicts.ts';
import { found } from '../../base/app-error.ts';
import type { CoreState } from '../../project/core-state.ts';
import type { ProjectSession } from '../../project/project-session.ts';
import { auditOnStoredVotes } from './audit-on-stored-votes.ts';
import { againKey } from './items-of-audit.ts';
import { isAudit } from './items-to-judge.ts';
import { judgingProgress, startJudging } from './judge-service.ts';
import { orderedVerdicts } from './judging-results.ts';

/** Asks a judge what its audit lacks; one that goes on already is left to itself. */
export async function startAudit(
  state: CoreState,
  session: ProjectSession,
  input: { judge: Contestant; rubricHash: string },
  signal?: AbortSignal,
): Promise<{ auditId: string; jobId: string }> {
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

function findingsOf(
  session: ProjectSession,
  audit: StoredJudging,
  { verdicts, judged }: { verdicts: readonly StoredVerdict[]; judged: Judged | undefined },
): AuditFindings {
  const measures = auditMeasures(auditedPairs(audit, verdicts));
  const onVotes = auditOnStoredVotes(session, audit, judged);
  const said = verdicts.flatMap(({ elsewhere }) => elsewhere ?? []);
  return {
    ...measures,
    elsewhere: said.length === 0 ? null : said.reduce((sum, one) => sum + one, 0) / said.length,
    failed: verdicts.filter(({ failure }) => failure !== null).length,
    onVotes,
    flags: auditFlags({ ...measures, selfPreference: onVotes?.selfPreference ?? null }),
  };
}

/** The pairs that the judge could be asked about, with what it said of them. */
function auditedPairs(
  { rubric: { kind } }: StoredJudging,
  verdicts: readonly StoredVerdict[],
): AuditedPair[] {
  const byKey = Map.groupBy(verdicts, ({ auditKey }) => auditKey ?? '');
  const saidOf = (key: string) => orderedVerdicts(byKey.get(key) ?? []);
  const outcomeOf = ({ key, a, b }: AuditPair, keyOf: (key: string) => string) =>
    kind === 'pairwise'
      ? comparedOutcome(saidOf(keyOf(key)))
      : gradedOutcome(kind, saidOf(keyOf(a.key)), saidOf(keyOf(b.key)));
  return auditPairs.flatMap((pair) => {
    const outcome = outcomeOf(pair, (key) => key);
    const again = pair.isRepeated ? outcomeOf(pair, againKey) : undefined;
    return outcome ? [{ ...pair, outcome, again }] : [];
  });
}
