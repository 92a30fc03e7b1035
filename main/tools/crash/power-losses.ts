import { seededUniform } from '../../../shared/domain/seeded-uniform.ts';
import type { PowerLoss } from './disk-state.ts';

type Pick = PowerLoss['pick'];

/** The elements in a new order (Fisher and Yates). */
function shuffled<Item>(items: readonly Item[], uniform: () => number): Item[] {
  const rest = [...items];
  return items.flatMap(() => rest.splice(Math.floor(uniform() * rest.length), 1));
}

/** What a disk may do with changes that were not synced, by name. */
const kinds: Record<string, (uniform: () => number) => PowerLoss> = {
  kept: () => ({ pick: (items) => items, sectorBytes: null }),
  dropped: () => ({ pick: () => [], sectorBytes: null }),
  'cut short': (uniform) => ({ pick: start(uniform), sectorBytes: null }),
  'dropped here and there': (uniform) => ({ pick: some(uniform), sectorBytes: null }),
  reordered: (uniform) => ({ pick: reordered(uniform), sectorBytes: null }),
  'torn at 512 bytes': (uniform) => ({ pick: some(uniform), sectorBytes: 512 }),
  'torn at 4096 bytes': (uniform) => ({ pick: some(uniform), sectorBytes: 4096 }),
  'torn and cut short': (uniform) => ({ pick: start(uniform), sectorBytes: 512 }),
  'torn and reordered': (uniform) => ({ pick: reordered(uniform), sectorBytes: 4096 }),
};

/** The names of the kinds of loss. */
export const lossKinds = Object.keys(kinds);

function start(uniform: () => number): Pick {
  return (items) => items.slice(0, Math.floor(uniform() * (items.length + 1)));
}

/** Each stays with a chance that is drawn once, so that few are lost as often as most. */
function some(uniform: () => number): Pick {
  const share = uniform();
  return (items) => items.filter(() => uniform() < share);
}

function reordered(uniform: () => number): Pick {
  const cut = start(uniform);
  return (items) => cut(shuffled(items, uniform));
}

/** One moment of a trace and what the disk does then. */
export interface Case {
  /** How many operations were made before the power went. */
  count: number;
  kind: string;
  loss: PowerLoss;
}

/** So many cases of a trace of this length, the same ones for the same seed; every kind in turn. */
export function* drawCases(length: number, cases: number, seed: number): Generator<Case> {
  const uniform = seededUniform(seed);
  for (let number = 0; number < cases; number += 1) {
    const kind = lossKinds[number % lossKinds.length] ?? 'kept';
    const loss = kinds[kind]?.(seededUniform(seed * 1_000_003 + number));
    if (loss) yield { count: Math.floor(uniform() * (length + 1)), kind, loss };
  }
}
