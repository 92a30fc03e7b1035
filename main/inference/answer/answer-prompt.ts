import type { LlamaContextSequence, SequenceEvaluateOptions, Token } from 'node-llama-cpp';
import type { Sampling } from '../../../shared/domain/identity.ts';
import type { Answer } from '../../engines/protocol/inference.ts';
import { TextStream } from './text-stream.ts';

/** Small on a CPU, because a cancel is only heard between chunks. */
const promptChunkTokens = { cpu: 64, gpu: 512 };

/** One question to a sequence; `sampling.seed` is the seed of this very answer. */
export interface Question {
  prompt: Token[];
  sampling: Sampling;
}

/** What is told while an answer is made. */
export interface AnswerListener {
  signal: AbortSignal;
  onToken: (text: string) => void;
}

/**
 * Makes one answer on an empty sequence with our own tokens. The prompt is evaluated in chunks of
 * its own so that a cancel is heard, and so that chat and batched generation compute it alike.
 */
export async function answerPrompt(
  sequence: LlamaContextSequence,
  { prompt, sampling }: Question,
  { signal, onToken }: AnswerListener,
): Promise<Omit<Answer, 'identity'>> {
  const startedMs = performance.now();
  const stream = new TextStream(sequence.model);
  const output: Token[] = [];
  const last = await evaluatePrompt(sequence, prompt, signal);
  let finish: Answer['finish'] = signal.aborted ? 'cancelled' : 'stop';
  const maxTokens = Math.min(sampling.maxTokens, sequence.contextSize - prompt.length);
  if (finish === 'stop')
    for await (const token of sequence.evaluate(last, samplerOptions(sampling, output))) {
      output.push(token);
      onToken(stream.push(token));
      if (signal.aborted) finish = 'cancelled';
      else if (output.length >= maxTokens) finish = 'length';
      else continue;
      break;
    }
  const rest = stream.flush();
  if (rest !== '') onToken(rest);
  return {
    output: stream.text,
    finish,
    promptTokens: prompt.length,
    outputTokens: output.length,
    durationMs: Math.round(performance.now() - startedMs),
  };
}

/** Evaluates all but the last token, which is returned: sampling starts behind it. */
async function evaluatePrompt(
  sequence: LlamaContextSequence,
  prompt: Token[],
  signal: AbortSignal,
): Promise<Token[]> {
  const lastIndex = prompt.length - 1;
  const chunkTokens = promptChunkTokens[sequence.model.gpuLayers > 0 ? 'gpu' : 'cpu'];
  for (let start = 0; start < lastIndex && !signal.aborted; start += chunkTokens) {
    const chunk = prompt.slice(start, Math.min(lastIndex, start + chunkTokens));
    await sequence.evaluateWithoutGeneratingNewTokens(chunk);
  }
  return prompt.slice(lastIndex);
}

/** The penalty falls on all tokens of the answer so far (LIMA, section 4.1), not on the prompt. */
function samplerOptions(sampling: Sampling, output: Token[]): SequenceEvaluateOptions {
  const { temperature, topK, topP, minP, seed, repeatPenalty, maxTokens } = sampling;
  const options: SequenceEvaluateOptions = { temperature, topK, topP, minP, seed };
  if (repeatPenalty === 1) return options;
  return {
    ...options,
    repeatPenalty: {
      punishTokens: () => output,
      maxPunishTokens: maxTokens,
      penalty: repeatPenalty,
    },
  };
}
