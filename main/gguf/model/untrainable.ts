/** Why a model cannot be trained, as a code for programs. */
export type UntrainableCode =
  'UNSUPPORTED_ARCHITECTURE' | 'UNSUPPORTED_QUANTIZATION' | 'MODEL_UNREADABLE';

/** A model that the trainer would get wrong; the message is a sentence about the model ("Its …"). */
export class Untrainable extends Error {
  readonly code: UntrainableCode;
  constructor(code: UntrainableCode, message: string) {
    super(message);
    this.name = 'Untrainable';
    this.code = code;
  }
}

/** The error for a model the trainer has no graph for. */
export const unsupported = (message: string): Untrainable =>
  new Untrainable('UNSUPPORTED_ARCHITECTURE', message);

/** The error for a file that contradicts itself or lacks a part. */
export const damaged = (problem: string): Untrainable =>
  new Untrainable('MODEL_UNREADABLE', `${problem} Download it again.`);
