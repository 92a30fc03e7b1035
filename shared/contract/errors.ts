import { z } from 'zod';

const data = z.record(z.string(), z.json());

/**
 * Every error a user or caller can act on. The message says what failed, with which value and
 * what to do; `data` holds the values for programs. Anything else becomes INTERNAL.
 */
export const declaredErrors = {
  NO_PROJECT: { data },
  PROJECT_LOCKED: { data },
  PROJECT_INVALID: { data },
  PROJECT_NEWER: { data },
  MIGRATION_CHANGED: { data },
  FILE_NOT_FOUND: { data },
  FILE_UNREADABLE: { data },
  FILE_EXISTS: { data },
  FILE_FORMAT_UNKNOWN: { data },
  PATH_FORBIDDEN: { data },
  DISK_FULL: { data },
  NOT_FOUND: { data },
  NAME_TAKEN: { data },
  INVALID_STATE: { data },
  INVALID_INPUT: { data },
  MODEL_INVALID: { data },
  MODEL_CHANGED: { data },
  MODEL_MISSING: { data },
  NOTHING_TO_TRAIN: { data },
  DIVERGED: { data },
  ENGINE_CRASHED: { data },
  ENGINE_FAILED: { data },
};

/** A code of a declared error. */
export type ErrorCode = keyof typeof declaredErrors;

/** True for the code of a declared error. */
export const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(declaredErrors, code);
