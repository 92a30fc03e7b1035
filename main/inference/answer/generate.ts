import type { LlamaContextSequence, Token } from 'node-llama-cpp';
import type { GenerateItem, InferenceRequests } from '../../engines/protocol/inference.ts';
import type { RequestContext } from '../../engines/serve-engine.ts';
import { answerPrompt, contextSize, identify } from './answer-prompt.ts';
import type { LlamaRuntime } from '../model/llama-runtime.ts';
import type { ModelHost } from '../model/model-host.ts';

type Generate = InferenceRequests['generate'];

const tokensEventIntervalMs = 250;

/**
 * Answers many prompts in parallel sequences of one context. Every answer is an event the moment
 * it is complete; a cancel drops the incomplete ones, so that what was sent is what there is.
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
  const prompts = await Promise.all(
    items.map((item) => loaded.vocabulary.encodePrompt(item.messages)),
  );
  const lengths = prompts.map(({ length }) => length);
  const tokens = contextSize(lengths, sampling.maxTokens, loaded.model.trainContextSize);
  const sequences = Math.max(1, Math.min(parallel, items.length));
  const context = await host.createContext(loaded, system, { tokens, sequences });
  const onToken = countTokens(request);
  const queue = items.map((item, index) => ({ item, prompt: prompts[index] ?? [] })).values();
  let answered = 0;

  const answer = async (sequence: LlamaContextSequence, item: GenerateItem, prompt: Token[]) => {
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
