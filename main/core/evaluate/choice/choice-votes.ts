import { createHash } from 'node:crypto';
import type { PickBasis } from '../../../../shared/domain/runs/choice.ts';
import {
  resolveVerdict,
  type AuthorKind,
  type ShownVerdict,
} from '../../../../shared/domain/evaluate/evaluation.ts';
import type { PairVerdict } from '../../../../shared/stats/pair-verdict.ts';
import { countingVerdicts } from '../../../../shared/stats/verdict-statistics.ts';
import type { Database } from '../../../store/database.ts';
import { choiceStudyIds, epochsOfStudy } from '../../../store/repositories/choice-studies.ts';
import type { StoredRun } from '../../../store/repositories/runs.ts';
import {
  findStudy,
  itemsOfStudy,
  votesOfStudySince,
  type StoredStudy,
} from '../../../store/repositories/studies.ts';
import type { ProjectSession } from '../../project/project-session.ts';

/** The studies of the epochs of a run, the newest first. */
export const studiesOfRun = (
  { file: { db } }: ProjectSession,
  { id: runId, modelId }: Pick<StoredRun, 'id' | 'modelId'>,
): StoredStudy[] =>
  choiceStudyIds(db, { runId, modelId }).flatMap((id) => findStudy(db, 'id', id) ?? []);

/** A vote that stands. */
interface StandingVote {
  comparisonId: string;
  author: string;
  authorKind: AuthorKind;
  shown: ShownVerdict;
}

/** The last vote of each author on each comparison of a study, unless it was taken back; oldest first. */
export function standingVotes(db: Database, studyId: string): StandingVote[] {
  const standing = new Map<string, StandingVote>();
  for (const vote of votesOfStudySince(db, studyId, -1)) {
    const { comparisonId, author, authorKind, shown } = vote;
    const key = JSON.stringify([comparisonId, authorKind, author]);
    standing.delete(key);
    if (shown !== 'withdrawn') standing.set(key, { comparisonId, author, authorKind, shown });
  }
  return [...standing.values()];
}

/** What the votes on revealed studies say of epochs, which are named by their numbers. */
export interface EpochVerdicts {
  verdicts: PairVerdict[];
  /** The checkpoint of each epoch; the base has none. */
  checkpoints: Map<string, string | null>;
  basis: PickBasis | null;
}

const preferences = { a: 1, tie: 0.5, b: 0 } as const;

/** Collects the votes of the revealed ones of these studies. */
export function epochVerdicts(
  { file: { db } }: ProjectSession,
  studies: readonly StoredStudy[],
): EpochVerdicts {
  const checkpoints = new Map<string, string | null>();
  const hash = createHash('sha256');
  const studyIds: string[] = [];
  let votes = 0;
  const verdicts = studies
    .filter(({ revealedMs }) => revealedMs !== null)
    .flatMap(({ id }) => {
      const epochs = new Map<string, string>();
      for (const { systemId, epoch, checkpointId } of epochsOfStudy(db, id)) {
        epochs.set(systemId, String(epoch));
        checkpoints.set(String(epoch), checkpointId);
      }
      const items = new Map(itemsOfStudy(db, id).map((item) => [item.id, item]));
      const given = standingVotes(db, id);
      if (given.length > 0) studyIds.push(id);
      return given.flatMap(({ comparisonId, author, authorKind, shown }): PairVerdict[] => {
        const item = items.get(comparisonId);
        if (!item) return [];
        hash.update(`${JSON.stringify([comparisonId, author, authorKind, shown])}\n`);
        votes += 1;
        return [
          {
            prompt: item.promptId,
            a: epochs.get(item.systemAId) ?? '',
            b: epochs.get(item.systemBId) ?? '',
            preference: preferences[resolveVerdict(shown, item.leftSide)],
            author,
            authorKind,
            charactersA: null,
            charactersB: null,
          },
        ];
      });
    });
  const basis = votes === 0 ? null : { studyIds, votes, votesSha256: hash.digest('hex') };
  return { verdicts: [...countingVerdicts(verdicts)], checkpoints, basis };
}
