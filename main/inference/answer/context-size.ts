import { InferenceError } from '../../engines/protocol/engine-error.ts';

const contextStepTokens = 256;

/**
 * Tokens a context needs for these prompts and their answers, at most what the model was trained
 * on. Throws PROMPT_TOO_LONG when a prompt leaves no room for a single token of answer.
 */
export function contextSize(
  promptTokens: readonly number[],
  maxTokens: number,
  trainedTokens: number,
): number {
  const longest = Math.max(...promptTokens);
  if (longest >= trainedTokens)
    throw new InferenceError(
      'PROMPT_TOO_LONG',
      `The prompt has ${longest} tokens, and the model's context has ${trainedTokens}: shorten it.`,
      { promptTokens: longest, contextTokens: trainedTokens },
    );
  const wanted = Math.ceil((longest + maxTokens) / contextStepTokens) * contextStepTokens;
  return Math.min(trainedTokens, wanted);
}
