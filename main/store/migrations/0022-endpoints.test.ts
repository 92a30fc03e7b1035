import { expect, test } from 'vitest';
import { samplingSchema } from '../../../shared/domain/identity.ts';
import { findEvaluation } from '../repositories/evaluations.ts';
import { findSystem, upsertEndpointSystem } from '../repositories/systems.ts';
import { withFilledProject } from '../testing/filled-project.ts';

test('systems of before there were endpoints stay what they are, and endpoints join them', () => {
  withFilledProject(21, (db) => {
    const evaluation = findEvaluation(db, 'name', 'e');
    expect(findSystem(db, evaluation?.systemAId ?? '')).toMatchObject({ kind: 'weights' });
    const spec = { endpoint: { baseUrl: 'http://127.0.0.1:8080/v1', model: 'smol' } };
    const sampling = samplingSchema.parse({});
    const id = upsertEndpointSystem(db, spec, sampling);
    expect(findSystem(db, id)).toEqual({ kind: 'endpoint', id, spec, sampling });
    expect(upsertEndpointSystem(db, spec, sampling)).toBe(id);
    const other = { endpoint: { ...spec.endpoint, model: 'other' } };
    expect(upsertEndpointSystem(db, other, sampling)).not.toBe(id);
  });
});
