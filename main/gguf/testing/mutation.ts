import type { RawEntry, RawGguf, RawTensor } from './raw-gguf.ts';

/** Draws a whole number from 0 to `limit` - 1. */
export type Draw = (limit: number) => number;

/** One way to break a valid file. What it makes is malformed by construction, for every draw. */
export interface Mutation {
  /** What is wrong with the file afterwards. */
  problem: string;
  /** A part of the message, which says what is wrong and where. */
  message: RegExp;
  /** Breaks the file in place; false when it has nothing that can be broken this way. */
  apply: (raw: RawGguf, draw: Draw) => boolean;
}

/** One of several; undefined of none. */
export const pick = <T>(values: readonly T[], draw: Draw): T | undefined =>
  values[draw(values.length)];

/** A mutation of one tensor entry. */
export const ofTensor = (
  problem: string,
  message: RegExp,
  change: (tensor: RawTensor, draw: Draw, raw: RawGguf) => boolean | void,
): Mutation => ({
  problem,
  message,
  apply: (raw, draw) => {
    const tensor = pick(raw.tensors, draw);
    return tensor !== undefined && change(tensor, draw, raw) !== false;
  },
});

/** A mutation of one metadata entry out of those that `isMeant`. */
export const ofEntry = (
  problem: string,
  message: RegExp,
  [isMeant, change]: [
    isMeant: (entry: RawEntry) => boolean,
    change: (entry: RawEntry, draw: Draw) => void,
  ],
): Mutation => ({
  problem,
  message,
  apply: (raw, draw) => {
    const entry = pick(raw.entries.filter(isMeant), draw);
    if (entry) change(entry, draw);
    return entry !== undefined;
  },
});
