import type {
  EngineErrorCode,
  EngineErrorData,
  InferenceErrorCode,
  InspectorErrorCode,
  TrainerErrorCode,
} from './errors.ts';

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
