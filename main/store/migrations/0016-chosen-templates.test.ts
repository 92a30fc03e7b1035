import { expect, test } from 'vitest';
import { findEvaluation } from '../repositories/evaluations.ts';
import { findSystem, upsertSystem } from '../repositories/systems.ts';
import { withFilledProject } from '../testing/filled-project.ts';

test('a system of the fifteenth version stays the one without a chosen template, whatever is chosen later', () => {
  withFilledProject(15, (db) => {
    const id = findEvaluation(db, 'name', 'e')?.systemAId ?? '';
    const old = findSystem(db, id);
    if (old?.kind !== 'weights') throw new Error('The evaluation has no system');
    expect(old.spec).toEqual({ ...old.spec, checkpointId: null });
    expect(old.spec).not.toHaveProperty('chatTemplate');
    const idOf = (chatTemplate?: string) => {
      const spec = chatTemplate === undefined ? old.spec : { ...old.spec, chatTemplate };
      return upsertSystem(db, spec, old.sampling, { baseSha256: 'base', adapterSha256: null });
    };
    const [first, second] = [idOf('{{ 1 }}'), idOf('{{ 2 }}')];
    expect([idOf(), idOf(''), idOf('{{ 1 }}')]).toEqual([id, id, first]);
    expect(new Set([id, first, second]).size).toBe(3);
    expect(findSystem(db, second)).toMatchObject({
      spec: { ...old.spec, chatTemplate: '{{ 2 }}' },
    });
  });
});
