import type {
  Choice,
  ChoiceStudy,
  Pick,
  PickBasis,
} from '../../../../shared/domain/runs/choice.ts';
import { epochRatings } from '../../../../shared/stats/epoch-ratings.ts';
import { formatCount } from '../../../../shared/text/numbers.ts';
import { withTransaction } from '../../../store/database.ts';
import { listCheckpoints } from '../../../store/repositories/checkpoints.ts';
import { answersByEpoch, findProbe } from '../../../store/repositories/probes.ts';
import { addPick, picksOf } from '../../../store/repositories/picks.ts';
import { findRun, type StoredRun } from '../../../store/repositories/runs.ts';
import type { StoredStudy } from '../../../store/repositories/studies.ts';
import { AppError, found } from '../../base/app-error.ts';
import { usableCheckpoint } from '../../models/checkpoints.ts';
import type { CoreState } from '../../project/core-state.ts';
import type { ProjectSession } from '../../project/project-session.ts';
import { studyQueues } from '../study/study-state.ts';
import { epochVerdicts, studiesOfRun } from './choice-votes.ts';

/** What is known about which checkpoint of a run is the best, and which one is picked. */
export function choiceOf(session: ProjectSession, runId: string): Choice {
  const { db } = session.file;
  const run = runOf(session, runId);
  const studies = studiesOfRun(session, run);
  const { verdicts, checkpoints } = epochVerdicts(session, studies);
  const all = listCheckpoints(db, runId);
  const base = run.devLosses.find(({ epoch }) => epoch === 0)?.loss ?? null;
  const devLosses = new Map(all.map(({ epoch, devLoss }) => [epoch, devLoss]));
  const answers = new Map(answersByEpoch(db, runId).map((one) => [one.epoch, one.answers]));
  const kept = all.filter(({ isDeleted }) => !isDeleted).map(({ epoch }) => epoch);
  return {
    runId,
    ...pickOf(session, runId),
    probePrompts: findProbe(db, runId)?.prompts.length ?? 0,
    epochs: [0, ...kept].map((epoch) => ({ epoch, answers: answers.get(epoch) ?? 0 })),
    studies: studies.map((study) => standingOf(session, study)),
    result: epochRatings(verdicts, (epoch) => ({
      checkpointId: checkpoints.get(String(epoch)) ?? null,
      devLoss: epoch === 0 ? base : (devLosses.get(epoch) ?? null),
    })),
  };
}

/** The stored run, or NOT_FOUND. */
export const runOf = ({ file: { db } }: ProjectSession, runId: string): StoredRun =>
  found(findRun(db, 'id', runId), 'run', runId);

function pickOf(
  { file: { db } }: ProjectSession,
  runId: string,
): { pick: Choice['pick']; canUndo: boolean } {
  const picks = picksOf(db, runId);
  const last = picks.at(-1);
  const canUndo = picks.length > 0;
  if (!last?.pick) return { pick: null, canUndo };
  const { pick, author, createdMs } = last;
  const checkpoint = listCheckpoints(db, runId).find(
    ({ sha256, isDeleted }) => sha256 === pick.sha256 && !isDeleted,
  );
  return { pick: { ...pick, checkpointId: checkpoint?.id ?? null, author, createdMs }, canUndo };
}

function standingOf(session: ProjectSession, study: StoredStudy): ChoiceStudy {
  const { answers, countOfPeople } = studyQueues(session, study);
  const { id, name, jobId, revealedMs, createdMs } = study;
  return {
    id,
    name,
    isRevealed: revealedMs !== null,
    jobId,
    answered: answers.done,
    answers: answers.total,
    votes: countOfPeople,
    createdMs,
  };
}

/** Marks a checkpoint of a run, or none, with the votes that are known by now. */
export function pickCheckpoint(
  state: CoreState,
  session: ProjectSession,
  { runId, checkpointId }: { runId: string; checkpointId: string | null },
): Choice {
  const run = runOf(session, runId);
  const pick = checkpointId === null ? null : newPick(session, run, checkpointId);
  store(state, session, runId, pick);
  return choiceOf(session, runId);
}

function newPick(session: ProjectSession, run: StoredRun, checkpointId: string): Pick {
  const checkpoint = usableCheckpoint(session, checkpointId);
  if (checkpoint.runId !== run.id)
    throw new AppError(
      'INVALID_INPUT',
      `The checkpoint of epoch ${formatCount(checkpoint.epoch)} is of ${checkpoint.runName}, not of ${run.name}.`,
      { runId: run.id },
    );
  const { sha256, epoch } = checkpoint;
  const basis: PickBasis | null = epochVerdicts(session, studiesOfRun(session, run)).basis;
  return { sha256, epoch, basis };
}

/** Goes back to what was picked before the last pick, which stays in the history. */
export function undoPick(state: CoreState, session: ProjectSession, runId: string): Choice {
  const { id } = runOf(session, runId);
  const picks = picksOf(session.file.db, id);
  if (picks.length === 0)
    throw new AppError('INVALID_STATE', 'Nothing is picked of this run: there is nothing to undo', {
      id,
    });
  store(state, session, id, picks.at(-2)?.pick ?? null);
  return choiceOf(session, id);
}

function store(state: CoreState, session: ProjectSession, runId: string, pick: Pick | null): void {
  const { db } = session.file;
  withTransaction(db, () => addPick(db, runId, pick, state.settings.author));
  session.changes.touch('runs', 'evaluations');
}
