import { EngineError } from '../../engines/serve-engine.ts';

/** Throws DIVERGED when a figure of the run is no number any more; `step` counts from 1. */
export function requireFinite(value: number, what: string, step: number): void {
  if (Number.isFinite(value)) return;
  const advice =
    step <= 1
      ? 'Nothing was trained yet, so the base model is damaged: download it again.'
      : 'Lower learningRate or alpha and start again; earlier epochs are kept.';
  const message = `The ${what} became ${value} at step ${step}. ${advice}`;
  throw new EngineError('DIVERGED', message, { step });
}
