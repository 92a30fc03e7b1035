import { z } from 'zod';

const noData = z.object({});
const inFile = z.object({ path: z.string() });

/** What any engine can fail with; ENGINE_FAILED also stands for what its protocol does not know. */
const everyEngineErrors = {
  CANCELLED: noData,
  ENGINE_INTERNAL: noData,
  ENGINE_FAILED: z.object({ unknownCode: z.string().optional() }),
};

/** What the core finds out about a process by itself; no frame may claim it. */
const processErrors = {
  ENGINE_CRASHED: z.object({ exit: z.string(), stderr: z.string() }),
  ENGINE_SILENT: noData,
};

const modelErrors = {
  /** The file cannot be opened; MODEL_UNREADABLE: it can, and is no model that can be used. */
  MODEL_NOT_THERE: inFile,
  MODEL_UNREADABLE: inFile.extend({ reason: z.string().optional() }),
  MODEL_CHANGED: inFile.extend({
    sha256: z.string().optional(),
    expectedSha256: z.string().optional(),
  }),
  ADAPTER_UNREADABLE: inFile.extend({ reason: z.string().optional() }),
  OUT_OF_MEMORY: z.object({
    neededBytes: z.number().optional(),
    availableBytes: z.number().optional(),
    /** The run was stopped after its first step, which is saved: it may go on later. */
    isStopped: z.boolean().optional(),
  }),
};

const otherBase = inFile.extend({ baseSha256: z.string(), adapterBaseSha256: z.string() });

/** What the trainer can fail with, and the data of each code. */
export const trainerErrors = {
  ...everyEngineErrors,
  ...modelErrors,
  MODEL_TRUNCATED: inFile,
  UNSUPPORTED_ARCHITECTURE: inFile,
  UNSUPPORTED_QUANTIZATION: inFile,
  NOTHING_TO_TRAIN: noData,
  SAMPLE_INVALID: z.object({ id: z.string() }),
  DEVICE_UNAVAILABLE: z.object({ device: z.string().optional() }),
  DEVICE_LIBRARY_MISSING: noData,
  DEVICE_LACKS_OPERATION: z.object({ device: z.string(), operation: z.string() }),
  ENGINE_LIBRARY_MISSING: noData,
  ENGINE_MISMATCH: noData,
  /** `steps`: finished before a figure of the run was no number any more. */
  DIVERGED: z.object({ steps: z.number() }),
  RESUME_REFUSED: z.object({ step: z.number() }),
  CHECKPOINT_FAILED: inFile,
  EXPORT_REFUSED: noData,
  ADAPTER_OTHER_BASE: otherBase,
  DISK_FULL: inFile,
  FILE_EXISTS: inFile,
  FILE_UNREADABLE: inFile,
};

/** What the inference process can fail with, and the data of each code. */
export const inferenceErrors = {
  ...everyEngineErrors,
  ...modelErrors,
  ADAPTER_OTHER_BASE: otherBase,
  CONTEXT_FAILED: noData,
  ENGINE_LIBRARY_MISSING: noData,
  ENGINE_MISMATCH: noData,
  /** An answer was given under another template, or behind other examples. */
  ASKED_OTHERWISE: z.object({ templateSha256: z.string(), askedSha256: z.string() }),
  /** A verdict of a judge is no token of its own. */
  JUDGE_SYMBOLS: z.object({ symbol: z.string() }),
  PROMPT_TOO_LONG: z.object({ promptTokens: z.number(), contextTokens: z.number() }),
  TEMPLATE_INVALID: noData,
  TEMPLATE_FAILED: noData,
  TEMPLATE_TOO_LONG: noData,
  TEMPLATE_DROPS_MESSAGE: noData,
  TEMPLATE_REPEATS_MESSAGE: noData,
  TEMPLATE_REWRITES_MESSAGE: noData,
  TEMPLATE_NO_END_TOKEN: noData,
  EXPORT_REFUSED: noData,
};

/** What the template process can fail with: a refusal of a template is an answer of its own. */
export const templateErrors = everyEngineErrors;

// What the store knows of it: a path, the holder of a lock, a version, a code of SQLite.
const inProject = z.record(z.string(), z.union([z.string(), z.number(), z.null()]));

/** What the inspector can fail with, and the data of each code. */
export const inspectorErrors = {
  ...everyEngineErrors,
  GGUF_INVALID: inFile,
  GGUF_TRUNCATED: inFile,
  GGUF_UNREADABLE: inFile,
  FILE_NOT_FOUND: inFile,
  FILE_UNREADABLE: inFile,
  DISK_FULL: inFile,
  PROJECT_INVALID: inProject,
  PROJECT_NEWER: inProject,
  PROJECT_LOCKED: inProject,
  MIGRATION_CHANGED: inProject,
};

/** Every code that the core can meet with, and the data of each. */
export type EngineErrors = typeof processErrors &
  typeof trainerErrors &
  typeof inferenceErrors &
  typeof inspectorErrors;

export type EngineErrorCode = keyof EngineErrors;
type TrainerErrorCode = keyof typeof trainerErrors;
type InferenceErrorCode = keyof typeof inferenceErrors;
type InspectorErrorCode = keyof typeof inspectorErrors;

/** The codes of one protocol with the schemas of their data. */
export type ErrorSchemas<Code extends EngineErrorCode = EngineErrorCode> = {
  [One in Code]?: EngineErrors[One];
};

/** The data of a code. */
export type EngineErrorData<Code extends EngineErrorCode> = z.infer<EngineErrors[Code]>;

/** An error as it crosses the process border: a code, a message for a person, and its data. */
export type EngineFailure<Code extends EngineErrorCode = EngineErrorCode> = {
  [One in Code]: { code: One; message: string; data: EngineErrorData<One> };
}[Code];

const anyFailure = z.object({ code: z.string(), message: z.string(), data: z.unknown() });

/**
 * Reads a failure that came from another process, which is trusted no more than a file: a code
 * that the protocol lacks, or data of another shape, is ENGINE_FAILED with the same message.
 */
export function parseFailure<Code extends EngineErrorCode>(
  errors: ErrorSchemas<Code>,
  value: unknown,
): EngineFailure<Code> | EngineFailure<'ENGINE_FAILED'> {
  const failure = anyFailure.safeParse(value).data;
  if (!failure)
    return { code: 'ENGINE_FAILED', message: 'The engine failed without a reason.', data: {} };
  if (isKnown(errors, failure)) return failure;
  const { code, message } = failure;
  return { code: 'ENGINE_FAILED', message, data: { unknownCode: code } };
}

function isKnown<Code extends EngineErrorCode>(
  errors: ErrorSchemas<Code>,
  failure: z.infer<typeof anyFailure>,
): failure is EngineFailure<Code> {
  const schemas: Record<string, z.ZodType | undefined> = errors;
  if (!Object.hasOwn(schemas, failure.code)) return false;
  return schemas[failure.code]?.safeParse(failure.data).success === true;
}

type DataArgument<Data> = Record<string, never> extends Data ? [data?: Data] : [data: Data];

/** An error a user can act on; its code and data survive the way to the core. */
export class EngineError<Code extends EngineErrorCode = EngineErrorCode> extends Error {
  readonly code: Code;
  /** Left out only where nothing of it is required. */
  readonly data: EngineErrorData<Code> | undefined;
  constructor(code: Code, message: string, ...[data]: DataArgument<EngineErrorData<Code>>) {
    super(message);
    this.code = code;
    this.data = data;
  }
}

/** An error of the trainer. */
export class TrainerError<
  Code extends TrainerErrorCode = TrainerErrorCode,
> extends EngineError<Code> {}

/** An error of the inference process. */
export class InferenceError<
  Code extends InferenceErrorCode = InferenceErrorCode,
> extends EngineError<Code> {}

/** An error of the inspector. */
export class InspectorError<
  Code extends InspectorErrorCode = InspectorErrorCode,
> extends EngineError<Code> {}
