/**
 * Types of weights that ggml 0.23.0 can multiply by, turn into floats and pick rows of; the
 * remaining ones hold intermediate results or whole numbers. In the order of their precision.
 */
export const trainableTypes = [
  'F32',
  'F16',
  'BF16',
  'Q8_0',
  'Q6_K',
  'Q5_K',
  'Q5_1',
  'Q5_0',
  'Q4_K',
  'Q4_1',
  'Q4_0',
  'IQ4_NL',
  'IQ4_XS',
  'NVFP4',
  'MXFP4',
  'Q3_K',
  'IQ3_S',
  'IQ3_XXS',
  'Q2_K',
  'Q2_0',
  'IQ2_S',
  'IQ2_XS',
  'IQ2_XXS',
  'TQ2_0',
  'TQ1_0',
  'IQ1_M',
  'IQ1_S',
  'Q1_0',
] as const;

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
