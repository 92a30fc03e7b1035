import { expect, test } from 'vitest';
import { evaluationsOfStudy, findEvaluation } from '../repositories/evaluations.ts';
import { insertStudy, listStudies } from '../repositories/studies.ts';
import { standingVotes } from '../repositories/votes.ts';
import { withFilledProject } from '../testing/filled-project.ts';

test('evaluations of an earlier version stand by themselves, and studies are stored beside them', () => {
  withFilledProject(18, (db) => {
    expect(listStudies(db)).toEqual([]);
    expect(findEvaluation(db, 'id', 'e')?.studyId).toBeNull();
    expect(standingVotes(db, 'e').length).toBeGreaterThan(0);
    const study = { id: 's', name: 's', design: 'round-robin', seed: 1, parallel: 1 } as const;
    const queue = { overlapPercent: 50, calibrationItems: 1, focusSystemId: null, jobId: null };
    insertStudy(db, { ...study, ...queue, author: 'me' });
    expect(listStudies(db)).toMatchObject([{ ...study, ...queue, revealedMs: null }]);
    expect(evaluationsOfStudy(db, 's')).toEqual([]);
  });
});
