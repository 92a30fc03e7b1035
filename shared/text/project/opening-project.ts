import type { OpeningProgress } from '../../contract/app.ts';

/** How far a project is brought forward, in words: `step 3 of 6: labels`. */
export function describeOpening({ step, done, total }: OpeningProgress): string {
  return done < total ? `step ${done + 1} of ${total}: ${step}` : `${step}…`;
}

/** Why opening takes long, and that nothing is lost by it. */
export const bringingForward =
  'An earlier version wrote this project. It is brought forward once; a copy of it as it was goes ' +
  'to its backups first.';
