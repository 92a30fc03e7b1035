import { expect, test } from 'vitest';
import { addMoves, countBinned } from '../repositories/samples/bin-moves.ts';
import { sampleSeqs } from '../repositories/samples/sample-list.ts';
import { withFilledProject } from '../testing/filled-project.ts';

test('a project of the fourteenth version has an empty bin, and its samples can be moved there', () => {
  withFilledProject(14, (db) => {
    const seqs = sampleSeqs(db, {});
    expect(countBinned(db)).toBe(0);
    expect(seqs.length).toBeGreaterThan(1);
    addMoves(db, 'bin', seqs, 'me');
    expect(countBinned(db)).toBe(seqs.length);
    expect(sampleSeqs(db, {})).toEqual([]);
    expect(sampleSeqs(db, { inBin: true })).toEqual(seqs);
  });
});
