import type { Judged } from '../../../../shared/contract/judgings.ts';
import type {
  AuditFindings,
  AuditFlag,
} from '../../../../shared/domain/judge/audit/audit-findings.ts';
import { type AuditPair, auditPairs } from '../../../../shared/domain/judge/audit/audit-pairs.ts';
import {
  comparedOutcome,
  gradedOutcome,
} from '../../../../shared/domain/judge/audit/pair-outcome.ts';
import { auditFlags } from '../../../../shared/stats/judge/audit-flags.ts';
import { auditMeasures, type AuditedPair } from '../../../../shared/stats/judge/audit-measures.ts';
import { findAudit, type StoredJudging } from '../../../store/repositories/judge/judgings.ts';
import { orderedVerdicts, type StoredVerdict } from '../../../store/repositories/judge/verdicts.ts';
import type { ProjectSession } from '../../project/project-session.ts';
import { auditOnStoredVotes } from './audit-on-stored-votes.ts';
import { againKey } from './items-of-audit.ts';
import { judgingWork } from './items-to-judge.ts';

/** What an audit accuses a judge with a rubric of; null where none is stored, or verdicts lack. */
export function flagsOfJudge(
  session: ProjectSession,
  judge: Pick<StoredJudging, 'systemId' | 'rubricHash'>,
): AuditFlag[] | null {
  const audit = findAudit(session.file.db, judge);
  if (!audit) return null;
  const { done, total, verdicts } = judgingWork(session.file.db, audit);
  return done < total ? null : findingsOf(session, audit, { verdicts }).flags;
}

/** What the verdicts of a whole audit say, beside the votes on a study or evaluation if one is named. */
export function findingsOf(
  session: ProjectSession,
  audit: StoredJudging,
  { verdicts, judged }: { verdicts: readonly StoredVerdict[]; judged?: Judged | undefined },
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
