import { isJobFinished } from '../../../shared/domain/job.ts';
import { keptByRule, type PrunePlan, type PruneRule } from '../../../shared/domain/runs/pruning.ts';
import { listCheckpoints } from '../../store/repositories/checkpoints.ts';
import { listEvaluations } from '../../store/repositories/evaluations.ts';
import { checkpointOfSystem } from '../../store/repositories/systems.ts';
import { AppError } from '../base/app-error.ts';
import { evaluationReport } from '../evaluate/report-service.ts';
import { deleteThings, planDeletion } from '../manage/deletion-service.ts';
import type { CoreState } from '../project/core-state.ts';
import type { ProjectSession } from '../project/project-session.ts';
import { runById } from './run-service.ts';

/** What pruning the adapters of a run would do; nothing is changed. */
export function planPruning(
  session: ProjectSession,
  { runId, rule }: { runId: string; rule: PruneRule },
): PrunePlan {
  const run = runById(session, runId);
  const live = listCheckpoints(session.file.db, runId).filter(({ isDeleted }) => !isDeleted);
  const scores = rule.keep === 'best-votes' ? voteScores(session) : new Map<string, number>();
  const prunable = live.map(({ id, epoch, devLoss }) => ({
    id,
    epoch,
    devLoss,
    voteScore: scores.get(id) ?? null,
  }));
  const { ids, problem } = keptByRule(prunable, rule);
  // No rule takes away what somebody picked.
  for (const { id, isPicked } of live) if (isPicked) ids.add(id);
  const plans = live
    .filter(({ id }) => !ids.has(id))
    .map(({ id, epoch }) => ({ epoch, plan: planDeletion(session, { thing: 'checkpoint', id }) }));
  const removed = plans.map(({ epoch, plan: { id, freesBytes, dependents } }) => ({
    checkpointId: id,
    epoch,
    freesBytes,
    dependents,
  }));
  const isGoingOn = !isJobFinished(run.state);
  return {
    keptEpochs: live.filter(({ id }) => ids.has(id)).map(({ epoch }) => epoch),
    removed,
    freesBytes: removed.reduce((sum, { freesBytes }) => sum + freesBytes, 0),
    usedByJob: isGoingOn
      ? run.name
      : (plans.find(({ plan }) => plan.usedByJob !== null)?.plan.usedByJob ?? null),
    problem,
  };
}

interface Pruning {
  runId: string;
  rule: PruneRule;
  /** What the person saw would go: pruned is this, or nothing. */
  checkpointIds: readonly string[];
  withDependents: boolean;
}

/**
 * Removes the adapters that a rule does not keep. Refused as a whole while a job works with them,
 * when evaluations or chats depend on one and nobody agreed, and when the rule would remove others
 * by now than those that were shown.
 */
export async function pruneCheckpoints(
  state: CoreState,
  session: ProjectSession,
  { runId, rule, checkpointIds, withDependents }: Pruning,
): Promise<{ removed: number; freedBytes: number }> {
  const plan = planPruning(session, { runId, rule });
  if (plan.usedByJob !== null)
    throw refused(`“${plan.usedByJob}” still works with them: wait for it, or cancel it`, runId);
  const ids = plan.removed.map(({ checkpointId }) => checkpointId);
  if (ids.toSorted().join() !== [...checkpointIds].toSorted().join())
    throw refused(
      'the rule would remove others by now than those that were shown: look again',
      runId,
    );
  const needed = plan.removed.filter(({ dependents }) => dependents.length > 0);
  if (needed.length > 0 && !withDependents) {
    const epochs = needed.map(({ epoch }) => epoch).join(', ');
    throw refused(
      `evaluations or chats depend on epoch ${epochs}: keep them, or agree to remove them too`,
      runId,
    );
  }
  const things = ids.map((id) => ({ thing: 'checkpoint', id }) as const);
  const { freedBytes } = await deleteThings(state, session, things);
  return { removed: ids.length, freedBytes };
}

const refused = (why: string, id: string) =>
  new AppError('INVALID_STATE', `No adapter was removed: ${why}.`, { id });

/** The mean score of every checkpoint that has votes in revealed evaluations, by its id. */
function voteScores(session: ProjectSession): Map<string, number> {
  const sums = new Map<string, { score: number; votes: number }>();
  const { db } = session.file;
  for (const { id, systemAId, systemBId, revealedMs } of listEvaluations(db)) {
    if (revealedMs === null) continue;
    const { statistics } = evaluationReport(session, id);
    if (!statistics) continue;
    const { wins, ties, losses } = statistics;
    for (const [systemId, won] of [
      [systemAId, wins],
      [systemBId, losses],
    ] as const) {
      const checkpointId = checkpointOfSystem(db, systemId);
      if (!checkpointId) continue;
      const { score, votes } = sums.get(checkpointId) ?? { score: 0, votes: 0 };
      sums.set(checkpointId, {
        score: score + won + ties / 2,
        votes: votes + wins + ties + losses,
      });
    }
  }
  return new Map(
    [...sums].flatMap(([id, { score, votes }]) =>
      votes > 0 ? [[id, score / votes] as const] : [],
    ),
  );
}
