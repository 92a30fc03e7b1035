import { expect, test } from 'vitest';
import { defaultFewShot } from '../../../shared/domain/few-shot.ts';
import { findEvaluation } from '../repositories/evaluations.ts';
import { findSystem, upsertSystem } from '../repositories/systems.ts';
import { withFilledProject } from '../testing/filled-project.ts';

test('a system of the seventeenth version stays the one without examples, and each prefix and template another one', () => {
  withFilledProject(17, (db) => {
    const id = findEvaluation(db, 'name', 'e')?.systemAId ?? '';
    const old = findSystem(db, id);
    if (old?.kind !== 'weights') throw new Error('The evaluation has no system');
    expect(old.spec).not.toHaveProperty('fewShot');
    const other = { ...defaultFewShot, system: '' };
    const idOf = (more: object = {}) =>
      upsertSystem(db, { ...old.spec, ...more }, old.sampling, {
        baseSha256: 'base',
        adapterSha256: null,
      });
    const specs = [
      {},
      { chatTemplate: 'x' },
      { fewShot: defaultFewShot },
      { fewShot: other },
      { fewShot: other, chatTemplate: 'x' },
    ];
    const ids = specs.map(idOf);
    expect(ids[0]).toBe(id);
    expect(new Set(ids).size).toBe(specs.length);
    expect(specs.map(idOf)).toEqual(ids);
    expect(findSystem(db, ids[4] ?? '')).toMatchObject({ spec: { ...old.spec, ...specs[4] } });
  });
});
