import { vi } from 'vitest';

/** Real processes start behind these checks, which takes long on a busy machine. */
const patience = { timeout: 30_000, interval: 20 };

/** Repeats a check until it holds. */
export const eventually = (check: () => void | Promise<void>): Promise<void> =>
  vi.waitFor(check, patience);
