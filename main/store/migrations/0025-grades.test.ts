import { expect, test } from 'vitest';
import { comparisonsOf } from '../repositories/comparisons.ts';
import { gradedAnswers, insertGrade, standingGrades } from '../repositories/grades.ts';
import { standingVotes } from '../repositories/votes.ts';
import { withFilledProject } from '../testing/filled-project.ts';

test('a project of the twenty-fourth version keeps its votes and takes grades', () => {
  withFilledProject(24, (db) => {
    expect(standingVotes(db, 'e').length).toBeGreaterThan(0);
    expect(standingGrades(db, ['e'])).toEqual([]);
    const [answer] = gradedAnswers(db, ['e']);
    expect(comparisonsOf(db, 'e').some(({ a }) => a?.output === answer?.output)).toBe(true);
    const { generationId = '', output = '' } = answer ?? {};
    const grade = { grade: 'pass', safety: 'safe', note: 'short' } as const;
    const by = { author: 'me', authorKind: 'human', durationMs: 5 } as const;
    insertGrade(db, { generationId, turn: 0, text: output, ...grade, ...by });
    expect(standingGrades(db, ['e'])).toMatchObject([{ generationId, turn: 0, ...grade, ...by }]);
  });
});
