import { paneIds } from '../../../shared/domain/chat/chat-pane.ts';
import type { DeletionPlan } from '../../../shared/domain/deletion.ts';
import { isJobFinished } from '../../../shared/domain/job.ts';
import type { Thing } from '../../../shared/domain/label.ts';
import { withTransaction } from '../../store/database.ts';
import { dependentsOf, evaluationIdsWith } from '../../store/labels/dependents.ts';
import { markDeleted, purgeDeleted } from '../../store/labels/purge-deleted.ts';
import {
  findCheckpoint,
  isPlaceShared,
  listCheckpoints,
} from '../../store/repositories/checkpoints.ts';
import { findEvaluation } from '../../store/repositories/evaluations.ts';
import { addLabel, isDeleted } from '../../store/repositories/labels.ts';
import { findStudy } from '../../store/repositories/studies.ts';
import { AppError } from '../base/app-error.ts';
import { artifactFile, artifactPath, removeArtifact } from '../files/artifacts.ts';
import { treeSize } from '../files/tree-size.ts';
import { moveSamples, planBin } from '../curate/bin-service.ts';
import type { GuardedPath } from '../files/guarded-path.ts';
import type { CoreState } from '../project/core-state.ts';
import type { ProjectSession } from '../project/project-session.ts';
import { nameOfThing } from './find-thing.ts';
import { topicsOf } from './label-service.ts';

/** What deleting a thing would do; nothing is changed. Of a sample: what moving it to the bin would. */
export async function planAnyDeletion(
  session: ProjectSession,
  { thing, id }: Thing,
  signal?: AbortSignal,
): Promise<DeletionPlan> {
  const plan = planDeletion(session, { thing, id });
  if (thing !== 'sample') return plan;
  const { datasets } = await planBin(session, { selection: { ids: [id] } }, signal);
  const names = datasets.map((dataset) => dataset.name);
  if (names.length === 0) return plan;
  return { ...plan, dependents: [{ what: 'dataset', total: names.length, names }] };
}

/** The same of anything but a sample, of which it does not look what depends on it. */
export function planDeletion(session: ProjectSession, { thing, id }: Thing): DeletionPlan {
  const { db } = session.file;
  const name = nameOfThing(db, { thing, id });
  const freesBytes = filesOf(session, { thing, id }).reduce((sum, path) => sum + treeSize(path), 0);
  const dependents = dependentsOf(db, { thing, id });
  return { thing, id, name, dependents, freesBytes, usedByJob: jobWith(session, { thing, id }) };
}

/** Deletes a thing; a sample goes to the bin. */
export async function deleteThing(
  state: CoreState,
  session: ProjectSession,
  { thing, id }: Thing,
): Promise<{ freedBytes: number }> {
  if (thing !== 'sample') return await deleteThings(state, session, [{ thing, id }]);
  nameOfThing(session.file.db, { thing, id });
  await moveSamples(state, session, { move: 'bin', selection: { ids: [id] } });
  return { freedBytes: 0 };
}

/**
 * Deletes things of one kind that are no samples, all or none: first the rows, in one transaction
 * that also remembers that they are gone, then the files. A crash between the two leaves files of
 * nothing, which the view of the disk offers to remove.
 */
export async function deleteThings(
  state: CoreState,
  session: ProjectSession,
  things: readonly Thing[],
): Promise<{ freedBytes: number }> {
  const { db } = session.file;
  for (const each of things) {
    const name = nameOfThing(db, each);
    refusePartOfStudy(session, each, name);
    const usedByJob = jobWith(session, each);
    if (usedByJob !== null)
      throw new AppError(
        'INVALID_STATE',
        `“${name}” is in use by the job “${usedByJob}”: wait for it, or ` +
          'cancel it under Jobs. Nothing was deleted.',
        { id: each.id },
      );
  }
  const files = withTransaction(db, () => {
    for (const each of things) markDeleted(db, each, state.settings.author);
    // Now that all are marked, a place that only they share is nobody's.
    const paths = new Set(things.flatMap((each) => filesOf(session, each)));
    purgeDeleted(db);
    return [...paths];
  });
  const freedBytes = files.reduce((sum, path) => sum + treeSize(path), 0);
  session.jobs.forgetDeleted();
  session.changes.touch('labels', ...things.slice(0, 1).flatMap(({ thing }) => topicsOf[thing]));
  // An engine that still has the file open would keep the disk from it.
  if (files.length > 0) await session.inference.release(paneIds);
  for (const path of files) await removeArtifact(path);
  return { freedBytes };
}

/** A study without one of its pairs would claim comparisons that are not there. */
function refusePartOfStudy(
  { file: { db } }: ProjectSession,
  { thing, id }: Thing,
  name: string,
): void {
  const studyId = thing === 'evaluation' ? findEvaluation(db, 'id', id)?.studyId : undefined;
  const study = studyId == null ? undefined : findStudy(db, 'id', studyId);
  if (!study) return;
  throw new AppError(
    'INVALID_STATE',
    `“${name}” is a pair of the study “${study.name}” and is not deleted alone: delete the study, ` +
      'which takes all its pairs with it. Nothing was deleted.',
    { id },
  );
}

/** Brings back a model that was removed, or a sample in the bin; anything else is gone for good. */
export async function restoreThing(
  state: CoreState,
  session: ProjectSession,
  { thing, id }: Thing,
): Promise<{ restored: boolean }> {
  const { db } = session.file;
  if (thing === 'sample') {
    const selection = { ids: [id] };
    const { changed } = await moveSamples(state, session, { move: 'restore', selection });
    return { restored: changed === 1 };
  }
  if (thing !== 'model')
    throw new AppError(
      'INVALID_STATE',
      'Only a model that was removed and a sample in the bin can be brought back',
      {},
    );
  if (!isDeleted(db, { thing, id })) return { restored: false };
  addLabel(db, { thing, id, field: 'deleted', value: '', author: state.settings.author });
  session.changes.touch('labels', ...topicsOf[thing]);
  return { restored: true };
}

/** The files that go with a thing, as far as they are there. */
function filesOf({ file }: ProjectSession, { thing, id }: Thing): GuardedPath[] {
  if (thing === 'run') return [artifactPath(file, 'runs', id)];
  const checkpoint = thing === 'checkpoint' ? findCheckpoint(file.db, id) : undefined;
  if (!checkpoint) return [];
  const place = placeOf(checkpoint.file);
  // What a merge brought may be shared by two runs that split from one.
  return isPlaceShared(file.db, id, place) ? [] : [artifactFile(file, place)];
}

/** As rows name a file, on Windows too. */
const withSlashes = (file: string) => file.replaceAll('\\', '/');

/**
 * What goes with the file of a checkpoint: its own folder, in which the trainer's records lie too.
 * A file that lies elsewhere, as a changed project may name it, goes alone.
 */
function placeOf(stored: string): string {
  const file = withSlashes(stored);
  const [runs, run, epoch, weights, ...deeper] = file.split('/');
  const isTrainers = runs === 'runs' && weights !== undefined && deeper.length === 0;
  return isTrainers ? [runs, run, epoch].join('/') : file;
}

/** The title of a job that works with a thing. */
function jobWith(session: ProjectSession, { thing, id }: Thing): string | null {
  const { db } = session.file;
  const active = session.jobs.list().filter(({ state }) => !isJobFinished(state));
  const subjects = new Set([id]);
  if (thing === 'run')
    for (const checkpoint of listCheckpoints(db, id)) subjects.add(checkpoint.id);
  if (thing === 'checkpoint') {
    const runId = findCheckpoint(db, id)?.runId;
    if (runId) subjects.add(runId);
  }
  const evaluations = new Set(
    thing === 'run' || thing === 'checkpoint' ? evaluationIdsWith(db, id) : [],
  );
  const using = active.find(
    ({ subjectId }) =>
      subjectId !== null && (subjects.has(subjectId) || evaluations.has(subjectId)),
  );
  return using?.title ?? null;
}
