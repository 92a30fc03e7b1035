import type { KeyboardEvent } from 'react';

/** From a field back to the pair or the answer, where keys vote and grade. */
export function leaveOnEscape(event: KeyboardEvent<HTMLElement>): void {
  if (event.key !== 'Escape') return;
  event.preventDefault();
  event.currentTarget.closest<HTMLElement>('.voting')?.focus({ preventScroll: true });
}
