import { statSync } from 'node:fs';
import { extname } from 'node:path';
import type { JobPayload } from '../../../shared/contract/job-kinds.ts';
import type { JobSnapshot } from '../../../shared/domain/job.ts';
import { expandSeqRuns } from '../../../shared/domain/seq-runs.ts';
import type { PacketKind } from '../../../shared/domain/project/packet.ts';
import { previewLine } from '../../../shared/text/foreign-text.ts';
import type { Database } from '../../store/database.ts';
import {
  createProjectFile,
  removeHalfMade,
  requireFreePlace,
} from '../../store/file/open-project-file.ts';
import {
  beginPacket,
  putPairs,
  putSamples,
  type PacketPair,
} from '../../store/merge/write-packet.ts';
import { comparisonsOf, findComparison } from '../../store/repositories/comparisons.ts';
import type { JudgedId } from '../../store/repositories/own-reveals.ts';
import { standingVotes } from '../../store/repositories/votes.ts';
import { AppError } from '../base/app-error.ts';
import { LoopTurns } from '../base/loop-turns.ts';
import { sampleIndex } from '../curate/sample-service.ts';
import { evaluationById, requireAlone, studyById } from '../evaluate/evaluation-service.ts';
import { refuseInformed } from '../evaluate/informed-voters.ts';
import { studyQueues } from '../evaluate/study/study-state.ts';
import { blindSides } from '../evaluate/voting-service.ts';
import type { JobContext, JobHandler } from '../jobs/job-handler.ts';
import type { CoreState } from '../project/core-state.ts';
import type { ProjectSession } from '../project/project-session.ts';

type PacketRequest = JobPayload<'packet'>;

/** Queues the writing of a packet; what cannot be done is refused before. */
export function startPacket(
  state: CoreState,
  session: ProjectSession,
  request: PacketRequest,
): JobSnapshot {
  const { annotator, what } = request;
  const wanted = extname(request.path) === '.lima' ? request.path : `${request.path}.lima`;
  const path = state.exports.decideProject(wanted);
  requireFreePlace(path);
  const judged = judgedIn(session, what);
  if (judged) refuseInformed(session, judged, annotator);
  return session.jobs.start({
    kind: 'packet',
    title: `Review packet for ${previewLine(annotator, 100)}`,
    subjectId: subjectOf(what),
    payload: { ...request, path },
  });
}

/** What a packet of pairs is of, and whether its voters may say “both bad”. */
function judgedIn(
  session: ProjectSession,
  what: PacketRequest['what'],
): (JudgedId & { bothBad: boolean }) | null {
  if (what.kind === 'samples') return null;
  if (what.kind === 'study') return { kind: 'study', ...studyById(session, what.studyId) };
  return { kind: 'evaluation', ...requireAlone(session, what.evaluationId) };
}

function subjectOf(what: PacketRequest['what']): string | null {
  if (what.kind === 'evaluation') return what.evaluationId;
  return what.kind === 'study' ? what.studyId : null;
}

/** What the packet says of itself: pairs are pairs, whatever they are of. */
const packetKind = ({ kind }: PacketRequest['what']): PacketKind =>
  kind === 'samples' ? 'samples' : 'evaluation';

/**
 * Writes a review packet: a project of its own with samples to review, or pairs of answers to vote
 * on. It holds no model, no system, nobody's judgement and no key to the sides; its samples and
 * comparisons have the identities that they have here, so that a merge brings the judgements back.
 */
export function packetJob(session: ProjectSession): JobHandler<'packet'> {
  return {
    kind: 'packet',
    resource: 'disk',
    execute: async (request, context) => {
      requireFreePlace(request.path);
      const { annotator, what } = request;
      context.report({ phase: 'choosing', done: 0, total: 0, unit: '' });
      const items =
        what.kind === 'samples'
          ? await samplesFor(session, what, context.signal)
          : pairsFor(session, request);
      if (items.length === 0) throw nothingToWrite(request);
      await using draft = session.exports.startProject(request.path);
      const bothBad = judgedIn(session, what)?.bothBad;
      await writeItems(session, items, { ...request, path: draft.draftPath, bothBad }, context);
      context.signal.throwIfAborted();
      await draft.place();
      const { path } = draft;
      const { size: sizeBytes } = statSync(path);
      return { path, annotator, kind: packetKind(what), items: items.length, sizeBytes };
    },
  };
}

type Items = readonly (number | PacketPair)[];

const nothingToWrite = ({ annotator, what }: PacketRequest) =>
  new AppError(
    'INVALID_STATE',
    what.kind === 'samples'
      ? 'No sample passes: choose another status, source or flag, or other words'
      : `Nothing waits for ${previewLine(annotator, 100)}: every pair that has both answers has their vote already`,
  );

/** Writes a packet to a place that nobody knows yet, and removes it when it does not become whole. */
async function writeItems(
  session: ProjectSession,
  items: Items,
  { path, annotator, what, bothBad }: PacketRequest & { bothBad: boolean | undefined },
  context: JobContext,
): Promise<void> {
  const { db } = session.file;
  const packet = createProjectFile(path);
  const unit = what.kind === 'samples' ? 'samples' : 'pairs';
  try {
    beginPacket(packet.db, db, { kind: packetKind(what), annotator, bothBad });
    const turns = new LoopTurns(100, 5000);
    for (let done = 0; done < items.length;) {
      done += await turns.take((limit) => {
        const some = items.slice(done, done + limit);
        putItems(packet.db, db, some);
        return some.length;
      });
      context.signal.throwIfAborted();
      context.report({ phase: 'writing', done, total: items.length, unit });
    }
    packet.close();
  } catch (error) {
    packet.close();
    removeHalfMade(path);
    throw error;
  }
}

function putItems(packet: Database, project: Database, items: Items): void {
  putSamples(
    packet,
    project,
    items.filter((item) => typeof item === 'number'),
  );
  putPairs(
    packet,
    items.filter((item) => typeof item !== 'number'),
  );
}

async function samplesFor(
  session: ProjectSession,
  { status, source, flag, query }: Extract<PacketRequest['what'], { kind: 'samples' }>,
  signal: AbortSignal,
): Promise<Items> {
  const filter = { status: status ?? undefined, source, flag, query };
  const { runs } = await sampleIndex(session, filter, signal);
  return expandSeqRuns(runs);
}

/** Pairs that have both answers and neither a vote of this person nor of a rule. */
function pairsFor(session: ProjectSession, { annotator, what }: PacketRequest): Items {
  if (what.kind === 'study') return pairsOfStudy(session, what.studyId, annotator);
  if (what.kind !== 'evaluation') return [];
  const evaluation = evaluationById(session, what.evaluationId);
  const { db } = session.file;
  const decided = new Set(
    standingVotes(db, evaluation.id)
      .filter(({ author, authorKind }) => authorKind !== 'human' || author === annotator)
      .map(({ comparisonId }) => comparisonId),
  );
  return comparisonsOf(db, evaluation.id).flatMap((item): PacketPair[] => {
    const sides = blindSides(item);
    if (!sides || decided.has(item.id)) return [];
    const { id, ordinal, prompt } = item;
    return [{ id, ordinal, prompt, ...sides }];
  });
}

/** What of a study's queue waits for this person, in its order: the places tell no pair. */
function pairsOfStudy(session: ProjectSession, studyId: string, annotator: string): Items {
  const queues = studyQueues(session, studyById(session, studyId));
  return queues.waitingFor(annotator).flatMap((id, ordinal): PacketPair[] => {
    const item = findComparison(session.file.db, id);
    const sides = item && blindSides(item);
    return sides ? [{ id, ordinal, prompt: item.prompt, ...sides }] : [];
  });
}
