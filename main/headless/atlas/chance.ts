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
  let state = seed >>> 0;
  const uniform = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
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
