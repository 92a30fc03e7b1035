import { z } from 'zod';

/** Whether an open project takes changes. */
export const projectAccessSchema = z.enum(['edit', 'read']);
export type ProjectAccess = z.infer<typeof projectAccessSchema>;

/**
 * Why a project is open for reading only: nobody on this machine made it or said to trust it, its
 * file or folder cannot be written, its disk has no space left, somebody else did something to its
 * files while it was open, it is being merged with another copy or saved as a new file, or a row
 * stands ahead of the order in which the project counts, so that every new one would be sorted
 * before it.
 */
export const readReasonSchema = z.enum([
  'not-trusted',
  'not-writable',
  'disk-full',
  'changed-outside',
  'merging',
  'damaged-order',
  'saving',
]);
export type ReadReason = z.infer<typeof readReasonSchema>;
