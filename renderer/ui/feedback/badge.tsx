import type { ReactNode } from 'react';
import type { JobState } from '../../../shared/domain/job.ts';
import './badge.css';

/** The meaning a badge's colour carries, always together with its text. */
export type Tone = 'plain' | 'good' | 'bad' | 'warn' | 'accent';

interface BadgeProps {
  tone?: Tone;
  title?: string | undefined;
  children: ReactNode;
}

/** A small label: a flag, a state, a count. */
export function Badge({ tone = 'plain', title, children }: BadgeProps) {
  return (
    <span className={`badge badge-${tone}`} title={title}>
      {children}
    </span>
  );
}

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
