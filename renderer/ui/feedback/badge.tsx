import type { ReactNode } from 'react';
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
