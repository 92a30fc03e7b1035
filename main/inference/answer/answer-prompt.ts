import { createHash } from 'node:crypto';
import type {
  LlamaContextSequence,
  SequenceEvaluateOptions,
  Token,
  LlamaModel,
} from 'node-llama-cpp';
import { behindExamples, fewShotText, type FewShot } from '../../../shared/domain/few-shot.ts';
import type { Sampling, Identity } from '../../../shared/domain/identity.ts';
import type { Message } from '../../../shared/domain/message.ts';
import type { Answer, SystemFiles } from '../../engines/protocol/inference.ts';
import type { TokenizedPrompt } from '../model/vocabulary.ts';
import { TemplateError, type TemplateErrorCode } from '../../../shared/template/template-error.ts';
import { InferenceError } from '../../engines/protocol/errors.ts';
import type { LlamaRuntime } from '../model/llama-runtime.ts';
import { type LoadedModel, otherBaseOf } from '../model/loaded-model.ts';
import { promptChunks, promptChunkTokens } from './prompt-chunks.ts';
import { StopText } from './stop-text.ts';

/** One question to a sequence; `sampling.seed` is the seed of this very answer. */
export interface Question {
  prompt: TokenizedPrompt;
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
  const stream = new TextStream(sequence.model, prompt.opening);
  const stopping = new StopText(prompt.stop);
  const promptTokens = prompt.tokens.length;
  const output: Token[] = [];
  await evaluatePrompt(sequence, prompt, signal);
  const last = prompt.tokens.slice(-1);
  let finish: Answer['finish'] = signal.aborted ? 'cancelled' : 'stop';
  const maxTokens = Math.min(sampling.maxTokens, sequence.contextSize - promptTokens);
  if (finish === 'stop')
    for await (const token of sequence.evaluate(last, samplerOptions(sampling, output))) {
      output.push(token);
      onToken(stopping.push(stream.push(token)));
      if (stopping.isFound) break;
      if (signal.aborted) finish = 'cancelled';
      else if (output.length >= maxTokens) finish = 'length';
      else continue;
      break;
    }
  const rest = stopping.push(stream.flush()) + stopping.flush();
  if (rest !== '') onToken(rest);
  return {
    output: stopping.text,
    finish,
    promptTokens,
    outputTokens: output.length,
    durationMs: Math.round(performance.now() - startedMs),
  };
}

/** Evaluates all but the last token, behind which sampling starts, until the signal aborts. */
export async function evaluatePrompt(
  sequence: LlamaContextSequence,
  prompt: TokenizedPrompt,
  signal: AbortSignal,
): Promise<void> {
  const chunkTokens = promptChunkTokens[sequence.model.gpuLayers > 0 ? 'gpu' : 'cpu'];
  for (const chunk of promptChunks(prompt, chunkTokens)) {
    if (signal.aborted) return;
    await sequence.evaluateWithoutGeneratingNewTokens(chunk);
  }
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

const replacementCharacter = '\uFFFD';
/** A UTF-8 character has at most four bytes, so at most four byte tokens are waited for. */
const maxHeldTokens = 4;
const contextTokens = 8;

/** Turns tokens into text as they come, without ever splitting a UTF-8 character. */
export class TextStream {
  readonly #model: LlamaModel;
  #held: Token[] = [];
  #recent: Token[] = [];
  #opening: string;
  text = '';

  /** `opening` stood at the end of the prompt and belongs in front of the first text. */
  constructor(model: LlamaModel, opening = '') {
    this.#model = model;
    this.#opening = opening;
  }

  /** Text that is complete with this token, '' while a character is incomplete. */
  push(token: Token): string {
    this.#held.push(token);
    const text = this.#heldText();
    const isIncomplete = text.endsWith(replacementCharacter) && this.#held.length < maxHeldTokens;
    return isIncomplete ? '' : this.#release(text);
  }

  /** What is left at the end: the model may really have written half a character. */
  flush(): string {
    return this.#release(this.#heldText());
  }

  #heldText(): string {
    // Neighbours decide in some vocabularies whether a token starts with a space.
    return this.#model.detokenize(this.#held, false, this.#recent);
  }

  #release(text: string): string {
    this.#recent = [...this.#recent, ...this.#held].slice(-contextTokens);
    this.#held = [];
    if (text === '') return '';
    const told = this.#opening + text;
    this.#opening = '';
    this.text += told;
    return told;
  }
}

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
  const longest = promptTokens.reduce((most, length) => Math.max(most, length), 0);
  const tooLong = tooLongFor(longest, trainedTokens);
  if (tooLong) throw tooLong;
  const wanted = Math.ceil((longest + maxTokens) / contextStepTokens) * contextStepTokens;
  return Math.min(trainedTokens, wanted);
}

/** PROMPT_TOO_LONG where a prompt leaves no room for a single token of answer. */
export const tooLongFor = (
  promptTokens: number,
  contextTokens: number,
): InferenceError | undefined =>
  promptTokens < contextTokens
    ? undefined
    : new InferenceError(
        'PROMPT_TOO_LONG',
        `The prompt has ${promptTokens} tokens, and the model's context has ${contextTokens}: shorten it.`,
        { promptTokens, contextTokens },
      );

/** What an answer will carry: hashes of the files that were opened, not those that were asked for. */
export function identify(
  runtime: LlamaRuntime,
  loaded: LoadedModel,
  system: SystemFiles,
  { sampling, parallel }: Required<Pick<Identity, 'sampling' | 'parallel'>>,
): Identity {
  const { adapterPath, baseName, adapterName, strength, fewShot } = system;
  const adapter = adapterPath === null ? undefined : loaded.adapters.get(adapterPath);
  const adapterBaseSha256 = otherBaseOf(loaded, system);
  return {
    baseSha256: loaded.base.sha256,
    baseName,
    adapterSha256: adapter?.sha256 ?? null,
    adapterName,
    ...(adapterBaseSha256 !== undefined && { adapterBaseSha256 }),
    strength,
    templateSha256: loaded.vocabulary.templateSha256,
    ...(fewShot && { fewShotSha256: fewShotHash(fewShot) }),
    sampling,
    parallel,
    engine: runtime.engine,
    device: loaded.gpuLayers > 0 ? runtime.device : 'CPU',
  };
}

/** The hash of a few-shot prefix, as identities tell it. */
export const fewShotHash = (fewShot: FewShot): string =>
  createHash('sha256').update(fewShotText(fewShot)).digest('hex');

/** The prompt of a system for a conversation: behind its examples, where it has some. */
export async function encodeAsked(
  { vocabulary, stop }: LoadedModel,
  { fewShot }: SystemFiles,
  messages: readonly Message[],
): Promise<TokenizedPrompt> {
  const asked = fewShot ? behindExamples(fewShot, messages) : messages;
  const prompt = await vocabulary.encodePrompt(asked);
  return stop === undefined ? prompt : { ...prompt, stop };
}

const refusalsOfOne: ReadonlySet<string> = new Set<TemplateErrorCode>([
  'TEMPLATE_FAILED',
  'TEMPLATE_TOO_LONG',
  'TEMPLATE_DROPS_MESSAGE',
  'TEMPLATE_REPEATS_MESSAGE',
  'TEMPLATE_REWRITES_MESSAGE',
]);

/** A refusal that depends on the conversation: with any other one the model would answer. */
export const isRefusalOfOne = (error: unknown): error is TemplateError =>
  error instanceof TemplateError && refusalsOfOne.has(error.code);
