import { statSync } from 'node:fs';
import { extname } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { z } from 'zod';
import type { packetRequestSchema } from '../../../shared/contract/merge.ts';
import { expandSeqRuns } from '../../../shared/domain/seq-runs.ts';
import { createProjectFile, removeHalfMade } from '../../store/file/open-project-file.ts';
import {
  beginPacket,
  putPair,
  putSamples,
  type PacketPair,
} from '../../store/merge/write-packet.ts';
import { comparisonsOf } from '../../store/repositories/comparisons.ts';
import { standingVotes } from '../../store/repositories/votes.ts';
import { AppError } from '../base/app-error.ts';
import { sampleIndex } from '../curate/sample-service.ts';
import { evaluationById } from '../evaluate/evaluation-service.ts';
import type { CoreState } from '../project/core-state.ts';
import type { ProjectSession } from '../project/project-session.ts';

type PacketRequest = z.output<typeof packetRequestSchema>;

/** Samples that are copied between two turns of the event loop. */
const atOnce = 200;

/**
 * Writes a review packet: a project of its own with samples to review, or pairs of answers to vote
 * on. It holds no model, no system, nobody's judgement and no key to the sides; its samples and
 * comparisons have the identities that they have here, so that a merge brings the judgements back.
 * What was written before `signal` ends it is removed.
 */
export async function writePacket(
  state: CoreState,
  session: ProjectSession,
  request: PacketRequest,
  signal?: AbortSignal,
): Promise<{ path: string; items: number; sizeBytes: number }> {
  const { path: wanted, annotator, what } = request;
  const path = state.exports.decideProject(extname(wanted) === '.lima' ? wanted : `${wanted}.lima`);
  const { db } = session.file;
  const items =
    what.kind === 'samples' ? await samplesFor(session, what, signal) : pairsFor(session, request);
  if (items.length === 0)
    throw new AppError(
      'INVALID_STATE',
      what.kind === 'samples'
        ? 'No sample passes: choose another status, source or flag, or other words'
        : `Nothing waits for ${annotator}: every pair that has both answers has their vote already`,
    );
  const packet = createProjectFile(path);
  try {
    beginPacket(packet.db, db, { kind: what.kind, annotator });
    for (let start = 0; start < items.length; start += atOnce) {
      const some = items.slice(start, start + atOnce);
      const seqs = some.filter((item) => typeof item === 'number');
      const pairs = some.filter((item) => typeof item !== 'number');
      putSamples(packet.db, db, seqs);
      for (const pair of pairs) putPair(packet.db, pair);
      await nextTurn(undefined, { signal });
    }
    packet.close();
  } catch (error) {
    packet.close();
    removeHalfMade(path);
    throw error;
  }
  return { path, items: items.length, sizeBytes: statSync(path).size };
}

async function samplesFor(
  session: ProjectSession,
  { status, source, flag, query }: Extract<PacketRequest['what'], { kind: 'samples' }>,
  signal: AbortSignal | undefined,
): Promise<(number | PacketPair)[]> {
  const filter = { status: status ?? undefined, source, flag, query };
  const { runs } = await sampleIndex(session, filter, signal);
  return expandSeqRuns(runs);
}

/** Pairs that have both answers and neither a vote of this person nor of a rule. */
function pairsFor(session: ProjectSession, { annotator, what }: PacketRequest) {
  if (what.kind !== 'evaluation') return [];
  const evaluation = evaluationById(session, what.evaluationId);
  const { db } = session.file;
  const decided = new Set(
    standingVotes(db, evaluation.id)
      .filter(({ author, authorKind }) => authorKind !== 'human' || author === annotator)
      .map(({ comparisonId }) => comparisonId),
  );
  return comparisonsOf(db, evaluation.id).flatMap((item): (number | PacketPair)[] => {
    if (!item.a || !item.b || decided.has(item.id)) return [];
    const [left, right] = item.leftSide === 'a' ? [item.a, item.b] : [item.b, item.a];
    const { id, ordinal, prompt } = item;
    return [{ id, ordinal, prompt, left: left.output, right: right.output }];
  });
}
