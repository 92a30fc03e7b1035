import { TrainerError } from '../../engines/protocol/errors.ts';

const damaged = 'Nothing was trained yet, so the base model is damaged.';
const kept = 'What was saved before is kept.';

/**
 * Throws DIVERGED when a figure of the run is no number any more; `steps` are those that were
 * finished before it was taken.
 */
export function requireFinite(value: number, what: string, steps: number): void {
  if (Number.isFinite(value)) return;
  const when = steps === 0 ? 'before the end of the first step' : `after step ${steps}`;
  const message = `The ${what} became ${value} ${when}. ${steps === 0 ? damaged : kept}`;
  throw new TrainerError('DIVERGED', message, { steps });
}
