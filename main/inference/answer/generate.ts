import type { LlamaContextSequence } from 'node-llama-cpp';
import type { GenerateItem, InferenceRequests } from '../../engines/protocol/inference.ts';
import type { RequestContext } from '../../engines/serve-engine.ts';
import { TemplateError, type TemplateErrorCode } from '../../../shared/template/template-error.ts';
import { answerPrompt, contextSize, identify, tooLongFor } from './answer-prompt.ts';
import type { LlamaRuntime } from '../model/llama-runtime.ts';
import type { TokenizedPrompt } from '../model/vocabulary.ts';
import type { LoadedModel, ModelHost } from '../model/model-host.ts';

type Generate = InferenceRequests['generate'];

const tokensEventIntervalMs = 250;

/**
 * Answers many prompts in parallel sequences of one context. Every answer is an event the moment
 * it is complete; a cancel drops the incomplete ones, so that what was sent is what there is. A
 * prompt that cannot be asked is an answer that failed, and not counted.
 */
export async function generate(
  runtime: LlamaRuntime,
  host: ModelHost,
  { system, items, sampling, parallel }: Generate['params'],
  request: RequestContext<Generate['event']>,
): Promise<{ answered: number }> {
  const { signal } = request;
  if (items.length === 0) return { answered: 0 };
  const loaded = await host.open(system, signal);
  const asked = await Promise.all(items.map((item) => encodeItem(loaded, item)));
  for (const { item, promptTokens, failure } of asked)
    if (failure !== undefined) {
      const identity = identify(runtime, loaded, system, { ...sampling, seed: item.seed });
      const failed = { output: failure, finish: 'failed', promptTokens, outputTokens: 0 } as const;
      request.emit({
        type: 'answer',
        key: item.key,
        answer: { ...failed, durationMs: 0, identity },
      });
    }
  const askable = asked.filter(({ failure }) => failure === undefined);
  if (askable.length === 0) return { answered: 0 };
  const lengths = askable.map(({ promptTokens }) => promptTokens);
  const tokens = contextSize(lengths, sampling.maxTokens, loaded.model.trainContextSize);
  const sequences = Math.max(1, Math.min(parallel, askable.length));
  const context = await host.createContext(loaded, system, { tokens, sequences });
  const onToken = countTokens(request);
  const queue = askable.values();
  let answered = 0;

  const answer = async (
    sequence: LlamaContextSequence,
    item: GenerateItem,
    prompt: TokenizedPrompt,
  ) => {
    const own = { ...sampling, seed: item.seed };
    const made = await answerPrompt(sequence, { prompt, sampling: own }, { signal, onToken });
    if (made.finish === 'cancelled') return;
    const identity = identify(runtime, loaded, system, own);
    request.emit({ type: 'answer', key: item.key, answer: { ...made, identity } });
    answered += 1;
  };
  const work = async (sequence: LlamaContextSequence) => {
    for (const { item, prompt } of queue) {
      if (signal.aborted) return;
      await answer(sequence, item, prompt);
      await sequence.clearHistory();
    }
  };

  try {
    await Promise.all(Array.from({ length: sequences }, () => work(context.getSequence())));
    return { answered };
  } finally {
    await context.dispose();
  }
}

interface AskedItem {
  item: GenerateItem;
  prompt: TokenizedPrompt;
  promptTokens: number;
  /** Why this prompt cannot be asked; the others can. */
  failure?: string;
}

/** Refusals that depend on the conversation: with any other one the model would answer. */
const refusalsOfOne: ReadonlySet<string> = new Set<TemplateErrorCode>([
  'TEMPLATE_FAILED',
  'TEMPLATE_TOO_LONG',
  'TEMPLATE_DROPS_MESSAGE',
  'TEMPLATE_REPEATS_MESSAGE',
  'TEMPLATE_REWRITES_MESSAGE',
]);

/** The prompt as tokens, or why it has none; throws what would stop every other one, too. */
async function encodeItem(loaded: LoadedModel, item: GenerateItem): Promise<AskedItem> {
  try {
    const prompt = await loaded.vocabulary.encodePrompt(item.messages);
    const promptTokens = prompt.tokens.length;
    const tooLong = tooLongFor(promptTokens, loaded.model.trainContextSize);
    return { item, prompt, promptTokens, ...(tooLong && { failure: tooLong.message }) };
  } catch (error) {
    if (!(error instanceof TemplateError) || !refusalsOfOne.has(error.code)) throw error;
    return { item, prompt: { tokens: [], opening: '' }, promptTokens: 0, failure: error.message };
  }
}

/** Counts tokens of all answers and reports the sum a few times a second. */
function countTokens(request: RequestContext<Generate['event']>): () => void {
  let tokens = 0;
  let emittedMs = performance.now();
  return () => {
    tokens += 1;
    const nowMs = performance.now();
    if (nowMs - emittedMs < tokensEventIntervalMs) return;
    emittedMs = nowMs;
    request.emit({ type: 'tokens', tokens });
  };
}
