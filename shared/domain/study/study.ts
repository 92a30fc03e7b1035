import { z } from 'zod';

/** Which pairs a study compares: one system against each other one, or all against all. */
export const studyDesignSchema = z.enum(['focus', 'round-robin']);
export type StudyDesign = z.infer<typeof studyDesignSchema>;

/** Which pair comes next: any, in the order of the queue, or one that helps to find the best system. */
export const studyPairingSchema = z.enum(['all', 'leaders']);
export type StudyPairing = z.infer<typeof studyPairingSchema>;

/** Places of the systems of each pair, the focus (place 0) first where there is one. */
export function studyPairs(design: StudyDesign, systems: number): [number, number][] {
  const others = Array.from({ length: Math.max(0, systems - 1) }, (_, at) => at + 1);
  if (design === 'focus') return others.map((other) => [0, other]);
  return Array.from({ length: systems }, (_, first) =>
    others.filter((other) => other > first).map((other): [number, number] => [first, other]),
  ).flat();
}

/** The first “Study N” that is free: whoever votes sees the name, so it tells no system. */
export function freeStudyName(taken: readonly { name: string }[]): string {
  let number = 1;
  while (taken.some(({ name }) => name === `Study ${number}`)) number += 1;
  return `Study ${number}`;
}
