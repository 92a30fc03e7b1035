import type { JobState } from '../../../shared/domain/job.ts';
import type { Tone } from './badge.tsx';

/** The colour of each state, always shown with its word. */
export const stateTones: Record<JobState, Tone> = {
  queued: 'plain',
  running: 'accent',
  pausing: 'warn',
  paused: 'plain',
  cancelling: 'warn',
  succeeded: 'good',
  failed: 'bad',
  cancelled: 'plain',
  interrupted: 'warn',
};
