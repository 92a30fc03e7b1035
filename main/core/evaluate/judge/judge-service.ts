import { randomBytes } from 'node:crypto';
import type { Judged, JudgingSummary } from '../../../../shared/contract/judgings.ts';
import {
  hasImportedAnswers,
  samplingSchema,
  type Contestant,
} from '../../../../shared/domain/identity.ts';
import { jobKinds } from '../../../../shared/contract/job-kinds.ts';
import { isJobFinished } from '../../../../shared/domain/job.ts';
import { findRubric } from '../../../store/repositories/judge/rubrics.ts';
import {
  ensureJudging,
  findJudging,
  judgingsOf,
  setJudgingJob,
  type Judged as JudgedIds,
  type StoredJudging,
} from '../../../store/repositories/judge/judgings.ts';
import { gradedPrompts } from '../../../store/repositories/grades.ts';
import { findJob, jobPayload } from '../../../store/repositories/jobs.ts';
import {
  standingVerdicts,
  type StoredVerdict,
} from '../../../store/repositories/judge/verdicts.ts';
import { packetOf } from '../../../store/repositories/project/packet.ts';
import { AppError, found } from '../../base/app-error.ts';
import type { CoreState } from '../../project/core-state.ts';
import type { ProjectSession } from '../../project/project-session.ts';
import {
  requireAlone,
  storedSystemName,
  studyById,
  usableContestant,
} from '../evaluation-service.ts';
import { flagsOfJudge } from './findings-of-audit.ts';
import { evaluationIdsOf, isAskedIn, isAudit, judgingWork } from './items-to-judge.ts';
import { judgesOf } from './judge-authors.ts';
import { usedRubric } from './rubric-service.ts';
import { sensitivePrompts } from './texts-to-judge.ts';

/** Nothing of a judge is sampled: one system stands for its weights wherever it judges. */
const nothingSampled = samplingSchema.parse({
  temperature: 0,
  topP: 1,
  repeatPenalty: 1,
  maxTokens: 1,
  seed: 0,
});

const nonceBytes = 9;
const lettersAndDigits = /[^0-9A-Za-z]/g;

/** Letters and digits that nobody who wrote an answer could know: about 70 bits. */
export function freshNonce(): string {
  const nonce = randomBytes(3 * nonceBytes)
    .toString('base64')
    .replaceAll(lettersAndDigits, '');
  return nonce.slice(0, (4 * nonceBytes) / 3);
}

/** What stores a judge, once its files and its template were found to be usable. */
export async function usableJudge(
  session: ProjectSession,
  judge: Contestant,
  signal?: AbortSignal,
): Promise<() => string> {
  if (hasImportedAnswers(judge))
    throw new AppError(
      'INVALID_INPUT',
      'Imported answers cannot judge, since nobody can be asked: choose a model.',
    );
  // Examples before a prompt teach how to answer, which a judge does not.
  const { fewShot: _, ...spec } = judge;
  const store = await usableContestant(session, spec, signal);
  return () => store(nothingSampled);
}

/** Asks a judge for what lacks, null of its audit; a judging that goes on already is left to itself. */
export async function startJudging(
  state: CoreState,
  session: ProjectSession,
  input: { judged: Judged | null; judge: Contestant; rubricHash: string; isFresh?: boolean },
  signal?: AbortSignal,
): Promise<{ judgingId: string; jobId: string }> {
  const { db } = session.file;
  if (packetOf(db) !== null)
    throw new AppError(
      'INVALID_STATE',
      'This is a review packet, whose two systems are only the two sides: judge in the project that it was made from.',
    );
  const judged = input.judged ? judgedIds(session, input.judged) : { isAudit: true as const };
  const rubric = found(findRubric(db, 'hash', input.rubricHash), 'rubric', input.rubricHash);
  if (!('isAudit' in judged) && rubric.text.kind === 'safety') requireSensitive(session, judged);
  const storeJudge = await usableJudge(session, input.judge, signal);
  const systemId = storeJudge();
  const { hash: rubricHash } = usedRubric(state, session, input.rubricHash);
  const { author } = state.settings;
  const judging = ensureJudging(db, {
    ...judged,
    systemId,
    rubricHash,
    nonce: freshNonce(),
    author,
  });
  const jobId = goOn(session, judging, input.isFresh ?? false);
  session.changes.touch('evaluations');
  return { judgingId: judging.id, jobId };
}

/** INVALID_INPUT where a rubric of safety has nothing to ask about. */
function requireSensitive({ file: { db } }: ProjectSession, judged: JudgedIds): void {
  const ids = evaluationIdsOf(db, { studyId: null, evaluationId: null, ...judged });
  const isSensitive = sensitivePrompts(db);
  if (gradedPrompts(db, ids).some(({ messages }) => isSensitive(messages))) return;
  throw new AppError(
    'INVALID_INPUT',
    'A rubric of safety is asked about prompts that are tagged as sensitive, and none of these is: tag them on the page of their prompt set, or with lima prompts tag.',
  );
}

/** The job of a judging: the one that goes on, the one that stopped, or a new one. */
function goOn(session: ProjectSession, judging: StoredJudging, isFresh: boolean): string {
  const { db } = session.file;
  const job = judging.jobId === null ? undefined : findJob(db, judging.jobId);
  if (job && !isJobFinished(job.state)) return job.id;
  const isOwn =
    job && session.own.hasJob({ id: job.id, kind: job.kind, payload: jobPayload(db, job.id) });
  const isAlike = isFreshJob(session, judging) === isFresh;
  if (job && isOwn && isAlike && job.state !== 'succeeded') return session.jobs.resume(job.id).id;
  const newJob = {
    kind: 'judge',
    title: `${isAudit(judging) ? 'Audit: ' : ''}${storedSystemName(session, judging.systemId)} · ${judging.rubricName}`,
    subjectId: judging.studyId ?? judging.evaluationId,
    payload: { judgingId: judging.id, ...(isFresh && { isFresh }) },
  } as const;
  return session.jobs.start(newJob, (jobId) => setJudgingJob(db, judging.id, jobId)).id;
}

/** Whether the job of a judging that is not done takes nothing over. */
function isFreshJob({ file: { db } }: ProjectSession, { jobId }: StoredJudging): boolean {
  const job = jobId === null ? undefined : findJob(db, jobId);
  if (!job || job.state === 'succeeded') return false;
  const payload = jobKinds.judge.payload.safeParse(jobPayload(db, job.id));
  return payload.data?.isFresh ?? false;
}

/** NOT_FOUND for what is not there; what belongs to a blind study is judged with that alone. */
function judgedIds(session: ProjectSession, { kind, id }: Judged): JudgedIds {
  return kind === 'study'
    ? { studyId: studyById(session, id).id }
    : { evaluationId: requireAlone(session, id).id };
}

/** Judgings of a study or an evaluation as shells show them. */
export function judgings(session: ProjectSession, judged: Judged): JudgingSummary[] {
  const ids = judgedIds(session, judged);
  const authors = new Map(
    judgesOf(session, ids).flatMap((judge) =>
      judge.judgings.map(({ id }) => [id, judge.author] as const),
    ),
  );
  return judgingsOf(session.file.db, ids).map((judging) => ({
    ...toSummary(session, judging),
    author: authors.get(judging.id) ?? '',
  }));
}

/** A stored judging, or NOT_FOUND. */
export const judgingById = (session: ProjectSession, id: string): StoredJudging =>
  found(findJudging(session.file.db, id), 'judging', id);

const mostFailures = 20;

function toSummary(
  session: ProjectSession,
  judging: StoredJudging,
): Omit<JudgingSummary, 'author'> {
  const { studyId, evaluationId, nonce } = judging;
  const { work, ...progress } = judgingProgress(session, judging);
  return {
    ...progress,
    judged:
      studyId === null
        ? { kind: 'evaluation', id: evaluationId ?? '' }
        : { kind: 'study', id: studyId },
    auditFlags: flagsOfJudge(session, judging),
    nonce,
    items: work.items,
    identical: work.identical,
    ...originsOf(judging, work.verdicts),
  };
}

/** How many verdicts the judge was asked for, and how many were taken over from earlier judgings. */
function originsOf(
  judging: StoredJudging,
  verdicts: readonly StoredVerdict[],
): { asked: number; takenOver: number } {
  const told = standingVerdicts(verdicts);
  const asked = told.filter((verdict) => isAskedIn(judging, verdict)).length;
  return { asked, takenOver: told.length - asked };
}

/** Who judges with what, and how far that is; `work` has the verdicts. */
export function judgingProgress(session: ProjectSession, judging: StoredJudging) {
  const { db } = session.file;
  const { id, systemId, rubricHash, jobId, createdMs } = judging;
  const work = judgingWork(db, judging, { isFresh: isFreshJob(session, judging) });
  const failures = work.verdicts.flatMap(({ failure }) => failure ?? []);
  return {
    id,
    judge: storedSystemName(session, systemId),
    systemId,
    rubric: found(findRubric(db, 'hash', rubricHash), 'rubric', rubricHash),
    jobId,
    total: work.total,
    done: work.done,
    failed: failures.length,
    failures: [...new Set(failures)].slice(0, mostFailures),
    createdMs,
    work,
  };
}
