import { sameAnswer } from '../../../shared/template/thinking.ts';
import { identicalAnswersAuthor } from '../../../shared/domain/evaluate/evaluation.ts';
import { withTransaction, type Database } from '../../store/database.ts';
import { findComparison, type StoredComparison } from '../../store/repositories/comparisons.ts';
import { comparisonIdsOfSystem } from '../../store/repositories/generations.ts';
import { castVoteOf, insertVote } from '../../store/repositories/votes.ts';

/** Ties pairs of answers, identical without their thinking, that the rule has not tied yet. */
export function castTies(db: Database, items: Iterable<StoredComparison>): void {
  withTransaction(db, () => {
    for (const { id: comparisonId, a, b } of items)
      if (a && b && sameAnswer(a.output, b.output) && !isTied(db, comparisonId))
        insertVote(db, {
          comparisonId,
          shown: 'neither',
          author: identicalAnswersAuthor,
          authorKind: 'rule',
          durationMs: null,
        });
  });
}

const isTied = (db: Database, comparisonId: string) =>
  castVoteOf(db, comparisonId, { author: identicalAnswersAuthor, authorKind: 'rule' }) !== null;

/** Ties what answers of a system, which came after the job had run, have made identical. */
export function tieNewAnswers(
  db: Database,
  systemId: string,
  promptIds: ReadonlySet<string>,
): void {
  if (promptIds.size === 0) return;
  const ids = comparisonIdsOfSystem(db, systemId, promptIds);
  castTies(
    db,
    ids.flatMap((id) => findComparison(db, id) ?? []),
  );
}
