import { seededUniform } from '../../../shared/domain/seeded-uniform.ts';
/** A reproducible source of choices. */
export interface Chance {
  /** A uniform number in [0, 1). */
  uniform(): number;
  /** An integer from 0 to `below` − 1. */
  below(below: number): number;
  /** One element; throws RangeError on an empty list. */
  pick<T>(list: readonly T[]): T;
  /** The elements in a new order (Fisher and Yates). */
  shuffled<T>(list: readonly T[]): T[];
}

/** Choices of a 32-bit generator (mulberry32): equal for equal seeds on every machine. */
export function seededChance(seed: number): Chance {
  const uniform = seededUniform(seed);
  const below = (limit: number) => Math.floor(uniform() * limit);
  const pick = <T>(list: readonly T[]): T => {
    const [chosen] = list.slice(below(list.length));
    if (chosen === undefined) throw new RangeError('There is nothing to choose from.');
    return chosen;
  };
  const shuffled = <T>(list: readonly T[]): T[] => {
    const rest = [...list];
    return list.flatMap(() => rest.splice(below(rest.length), 1));
  };
  return { uniform, below, pick, shuffled };
}
