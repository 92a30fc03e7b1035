import { z } from 'zod';
import { oc } from '@orpc/contract';
import { ongoingWorkSchema } from '../domain/job.ts';
import { readReasonSchema } from '../domain/project/access.ts';
import type { PacketKind } from '../domain/project/packet.ts';

/** The code of an engine or the system that stands behind it. */
const foreign = z.object({ cause: z.string().optional() });
const inFile = z.object({ path: z.string().optional() });
const ofProgram = z.object({ code: z.string().optional() });
/** What the trainer, a device or the disk told about it. */
const ofEngine = z.object({
  ...foreign.shape,
  device: z.string().optional(),
  stderr: z.string().optional(),
  gradientDifference: z.number().optional(),
  tolerance: z.number().optional(),
});

/** The values that each error carries for programs. */
export const errorData = {
  NO_PROJECT: foreign,
  PROJECT_LOCKED: inFile.extend({
    host: z.string().nullable().optional(),
    pid: z.number().nullable().optional(),
  }),
  PROJECT_INVALID: inFile.extend(ofProgram.shape),
  PROJECT_NEWER: z.object({
    fileVersion: z.number().optional(),
    supportedVersion: z.number().optional(),
  }),
  MIGRATION_CHANGED: z.object({ version: z.number().optional() }),
  /** Something would change a project that is open for reading only. */
  PROJECT_READ_ONLY: inFile.extend({ reason: readReasonSchema.optional() }),
  /** The other project of a merge is no copy of the open one. */
  NOT_A_COPY: inFile,
  /** A stored job that nobody here started; `paths`: each that it would use, one a line. */
  JOB_FROM_ELSEWHERE: z.object({ id: z.string(), kind: z.string(), paths: z.string() }),
  /** A path in the project that nobody here chose or confirmed. */
  PATH_FROM_ELSEWHERE: z.object({ modelId: z.string(), path: z.string() }),
  FILE_NOT_FOUND: inFile,
  FILE_UNREADABLE: inFile.extend(ofProgram.shape),
  /** `canReplace`: with a person's consent the file may be replaced. */
  FILE_EXISTS: inFile.extend({ canReplace: z.boolean().optional() }),
  /** Samples whose system message, or whose answers out of the loss, the format cannot hold. */
  FILE_FORMAT_UNKNOWN: inFile.extend({
    withSystem: z.number().optional(),
    withWeights: z.number().optional(),
  }),
  PATH_FORBIDDEN: z.object({ path: z.string() }),
  DISK_FULL: inFile,
  /** The call would end what goes on in the open project; `stopJobs` says that it may. */
  JOBS_RUNNING: ongoingWorkSchema,
  NOT_FOUND: z.object({ what: z.string(), id: z.string() }),
  NAME_TAKEN: z.object({ name: z.string().optional() }),
  INVALID_STATE: z.object({
    id: z.string().optional(),
    state: z.string().optional(),
    /** The version that somebody else stored meanwhile. */
    currentVersionId: z.string().optional(),
    evaluationId: z.string().optional(),
    comparisonId: z.string().optional(),
  }),
  INVALID_INPUT: inFile.extend({ runId: z.string().optional() }),
  MODEL_INVALID: inFile.extend({ modelId: z.string().optional() }),
  MODEL_CHANGED: inFile,
  /** The adapter was trained on another base; `otherBase` allows it. */
  ADAPTER_OTHER_BASE: inFile.extend({
    baseSha256: z.string().optional(),
    adapterBaseSha256: z.string().optional(),
  }),
  MODEL_MISSING: inFile.extend({ modelId: z.string().optional() }),
  NOTHING_TO_TRAIN: foreign,
  /** A checkpoint cannot leave in this form. */
  EXPORT_REFUSED: foreign,
  DIVERGED: z.object({ steps: z.number().optional() }),
  ENGINE_CRASHED: ofEngine,
  ENGINE_FAILED: ofEngine,
  /** Network is off for the project on this machine, or nobody here added the endpoint. */
  NETWORK_OFF: z.object({ baseUrl: z.string().optional() }),
  /** An endpoint cannot be reached, says no to everything, or is none. */
  ENDPOINT_FAILED: foreign,
};

/** A code of a declared error. */
export type ErrorCode = keyof typeof errorData;

/** The values of an error with this code. */
export type ErrorData<Code extends ErrorCode> = z.input<(typeof errorData)[Code]>;

/** True for the code of a declared error. */
export const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(errorData, code);

/** How each error is declared to every procedure. */
export type DeclaredErrors = { [Code in ErrorCode]: { data: z.ZodType<ErrorData<Code>> } };

/**
 * Every error a user or caller can act on. The message says what failed, with which value and
 * what to do. Values that an engine or the system added beside those of `errorData` cross as well.
 */
export const declaredErrors: DeclaredErrors = {
  NO_PROJECT: { data: errorData.NO_PROJECT.loose() },
  PROJECT_LOCKED: { data: errorData.PROJECT_LOCKED.loose() },
  PROJECT_INVALID: { data: errorData.PROJECT_INVALID.loose() },
  PROJECT_NEWER: { data: errorData.PROJECT_NEWER.loose() },
  MIGRATION_CHANGED: { data: errorData.MIGRATION_CHANGED.loose() },
  PROJECT_READ_ONLY: { data: errorData.PROJECT_READ_ONLY.loose() },
  NOT_A_COPY: { data: errorData.NOT_A_COPY.loose() },
  JOB_FROM_ELSEWHERE: { data: errorData.JOB_FROM_ELSEWHERE.loose() },
  PATH_FROM_ELSEWHERE: { data: errorData.PATH_FROM_ELSEWHERE.loose() },
  FILE_NOT_FOUND: { data: errorData.FILE_NOT_FOUND.loose() },
  FILE_UNREADABLE: { data: errorData.FILE_UNREADABLE.loose() },
  FILE_EXISTS: { data: errorData.FILE_EXISTS.loose() },
  FILE_FORMAT_UNKNOWN: { data: errorData.FILE_FORMAT_UNKNOWN.loose() },
  PATH_FORBIDDEN: { data: errorData.PATH_FORBIDDEN.loose() },
  DISK_FULL: { data: errorData.DISK_FULL.loose() },
  JOBS_RUNNING: { data: errorData.JOBS_RUNNING.loose() },
  NOT_FOUND: { data: errorData.NOT_FOUND.loose() },
  NAME_TAKEN: { data: errorData.NAME_TAKEN.loose() },
  INVALID_STATE: { data: errorData.INVALID_STATE.loose() },
  INVALID_INPUT: { data: errorData.INVALID_INPUT.loose() },
  MODEL_INVALID: { data: errorData.MODEL_INVALID.loose() },
  ADAPTER_OTHER_BASE: { data: errorData.ADAPTER_OTHER_BASE.loose() },
  MODEL_CHANGED: { data: errorData.MODEL_CHANGED.loose() },
  MODEL_MISSING: { data: errorData.MODEL_MISSING.loose() },
  NOTHING_TO_TRAIN: { data: errorData.NOTHING_TO_TRAIN.loose() },
  EXPORT_REFUSED: { data: errorData.EXPORT_REFUSED.loose() },
  DIVERGED: { data: errorData.DIVERGED.loose() },
  ENGINE_CRASHED: { data: errorData.ENGINE_CRASHED.loose() },
  ENGINE_FAILED: { data: errorData.ENGINE_FAILED.loose() },
  NETWORK_OFF: { data: errorData.NETWORK_OFF.loose() },
  ENDPOINT_FAILED: { data: errorData.ENDPOINT_FAILED.loose() },
};

/** What a procedure does to the open project: changes it, or only reads it. */
export interface ProcedureMeta {
  access: 'edit' | 'read';
  /** The kinds of review packets that it is meant for, where it changes the project. */
  packets: readonly PacketKind[];
}

/**
 * The builder of every procedure that may change the open project; it carries the declared errors.
 * A project that is open for reading only refuses it, and so does a review packet.
 */
export const procedure = oc
  .$meta<ProcedureMeta>({ access: 'edit', packets: [] })
  .errors(declaredErrors);

/** The same for a change that whoever got a review packet of such a kind makes in it. */
export const judging = (...packets: PacketKind[]) => procedure.meta({ access: 'edit', packets });

/** The builder of a procedure that leaves the open project as it is, or needs none. */
export const reading = procedure.meta({ access: 'read', packets: [] });
