import { expect, test } from 'vitest';
import { findEvaluation } from '../repositories/evaluations.ts';
import { addOwnReveal, ownRevealsOf } from '../repositories/own-reveals.ts';
import { standingVotes } from '../repositories/votes.ts';
import { withFilledProject } from '../testing/filled-project.ts';

test('votes of an earlier version have no reason, nobody offered “both bad”, and nobody saw results', () => {
  withFilledProject(20, (db) => {
    const votes = standingVotes(db, 'e');
    expect(votes.length).toBeGreaterThan(0);
    for (const vote of votes) expect(vote).toMatchObject({ reason: '', tags: [] });
    expect(findEvaluation(db, 'id', 'e')?.bothBad).toBe(false);
    expect(ownRevealsOf(db, { kind: 'evaluation', id: 'e' })).toEqual([]);
    addOwnReveal(db, { kind: 'evaluation', id: 'e' }, 'me');
    addOwnReveal(db, { kind: 'evaluation', id: 'e' }, 'me');
    expect(ownRevealsOf(db, { kind: 'evaluation', id: 'e' })).toEqual(['me']);
  });
});
