import { z } from 'zod';

/**
 * Every error a user or caller can act on. The message says what failed, with which value and
 * what to do; `data` holds the values for programs. Anything else becomes INTERNAL.
 */
export const errorCodes = [
  'NO_PROJECT',
  'PROJECT_LOCKED',
  'PROJECT_INVALID',
  'PROJECT_NEWER',
  'MIGRATION_CHANGED',
  'FILE_NOT_FOUND',
  'FILE_UNREADABLE',
  'FILE_EXISTS',
  'FILE_FORMAT_UNKNOWN',
  'PATH_FORBIDDEN',
  'DISK_FULL',
  'NOT_FOUND',
  'NAME_TAKEN',
  'INVALID_STATE',
  'INVALID_INPUT',
  'MODEL_INVALID',
  'MODEL_CHANGED',
  'MODEL_MISSING',
  'ENGINE_CRASHED',
  'ENGINE_FAILED',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

const data = z.record(z.string(), z.json());

/** The declared errors of every procedure, in the form oRPC wants them. */
export const declaredErrors = Object.fromEntries(
  errorCodes.map((code) => [code, { data }]),
) as Record<ErrorCode, { data: typeof data }>;
