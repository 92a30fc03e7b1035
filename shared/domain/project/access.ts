import { z } from 'zod';

/** Whether an open project takes changes. */
export const projectAccessSchema = z.enum(['edit', 'read']);
export type ProjectAccess = z.infer<typeof projectAccessSchema>;

/**
 * Why a project is open for reading only: nobody on this machine made it or said to trust it, its
 * file or folder cannot be written, its disk has no space left, somebody else did something to its
 * files while it was open, or it is being merged with another copy.
 */
export const readReasonSchema = z.enum([
  'not-trusted',
  'not-writable',
  'disk-full',
  'changed-outside',
  'merging',
]);
export type ReadReason = z.infer<typeof readReasonSchema>;
