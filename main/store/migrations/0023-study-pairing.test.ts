import { expect, test } from 'vitest';
import { findStudy, insertStudy, listStudies } from '../repositories/studies.ts';
import { withFilledProject } from '../testing/filled-project.ts';

test('studies of an earlier version ask about any pair, and one may ask about the leaders', () => {
  withFilledProject(22, (db) => {
    const before = listStudies(db);
    expect(before.length).toBeGreaterThan(0);
    expect(before.every(({ pairing }) => pairing === 'all')).toBe(true);
    const study = { id: 's23', name: 's23', design: 'round-robin', seed: 1, parallel: 1 } as const;
    const queue = { overlapPercent: 0, calibrationItems: 0, focusSystemId: null, jobId: null };
    insertStudy(db, { ...study, ...queue, pairing: 'leaders', author: 'me' });
    expect(findStudy(db, 'id', 's23')?.pairing).toBe('leaders');
  });
});
