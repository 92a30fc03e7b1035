import { seededUniform } from '../../../shared/domain/seeded-uniform.ts';

/** Whole numbers from 0 to `limit` - 1, the same ones for the same seed. */
export function seededRandom(seed: number): (limit: number) => number {
  const uniform = seededUniform(seed);
  return (limit) => Math.floor(uniform() * limit);
}
