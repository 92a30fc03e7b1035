import { type Sampling, samplingSchema } from '../../../shared/domain/identity.ts';
import type { InferenceRequests, JudgeParams } from '../../engines/protocol/inference.ts';
import type { RequestContext } from '../../engines/serve-engine.ts';
import { contextSize, identify } from '../answer/answer-prompt.ts';
import type { BatchShape } from '../model/create-context.ts';
import type { LlamaRuntime } from '../model/llama-runtime.ts';
import type { LoadedModel } from '../model/loaded-model.ts';
import type { ModelHost } from '../model/model-host.ts';
import { type JudgePrompt, judgePrompts } from './judge-prompt.ts';
import { beginnings, PrefixEvaluator } from './prefix-evaluator.ts';
import { symbolProbabilities, symbolTokensOf } from './verdict-symbols.ts';

type Judge = InferenceRequests['judge'];

/** Tokens evaluated at a time: fewer on a CPU, where a cancel is heard between batches. Exact attention is slow on a GPU. */
const shapes = {
  cpu: { batchTokens: 256, attention: 'exact' },
  gpu: { batchTokens: 512, attention: 'fast' },
} as const;
const mostSideBySide = 8;
const nothingSampled: Sampling = samplingSchema.parse({
  temperature: 0,
  topP: 1,
  repeatPenalty: 1,
  maxTokens: 1,
  seed: 0,
});

/**
 * Asks a judge for the probabilities of verdicts, by the logits behind each prompt; no text is made or
 * parsed. Every verdict is an event the moment it is there; a cancel ends with those that were sent.
 */
export async function judge(
  runtime: LlamaRuntime,
  host: ModelHost,
  params: Judge['params'],
  request: RequestContext<Judge['event']>,
): Promise<Judge['result']> {
  const { system } = params;
  const loaded = await host.open(system, request.signal, 'batches');
  const symbols = symbolTokensOf(loaded.vocabulary, params.rubric.symbols);
  const prompts = await promptsOf(loaded, params, request);
  let judged = 0;
  const asked = prompts.map(({ item, order, tokens }) => ({
    tokens,
    onLogits: (logits: Float32Array) => {
      const verdict = symbolProbabilities(logits, symbols);
      const promptTokens = tokens.length;
      request.emit({ type: 'verdict', key: item.key, order, ...verdict, promptTokens });
      judged += 1;
    },
  }));
  const sideBySide = Math.min(params.parallel ?? mostSideBySide, prompts.length);
  let parallel = 1;
  const identity = () => identify(runtime, loaded, system, { sampling: nothingSampled, parallel });
  if (prompts.length > 0 && !request.signal.aborted) {
    const tokens = contextSize(
      prompts.map((prompt) => prompt.tokens.length),
      1,
      loaded.trainedTokens,
    );
    const shape = { tokens, ...shapes[loaded.gpuLayers > 0 ? 'gpu' : 'cpu'] };
    const sequences = await fittingSequences(host, loaded, { ...shape, sideBySide });
    parallel = sequences - beginnings;
    const context = await host.createSequences(loaded, system, { ...shape, sequences });
    request.emit({ type: 'identity', identity: identity() });
    try {
      const options = { ...shape, sequences, signal: request.signal };
      await new PrefixEvaluator(context, options).evaluate(asked);
    } finally {
      context.dispose();
    }
  }
  return { judged, identity: identity() };
}

/** Every prompt that can be asked; the others are told. */
async function promptsOf(
  loaded: LoadedModel,
  { items, rubric, nonce }: JudgeParams,
  request: RequestContext<Judge['event']>,
): Promise<JudgePrompt[]> {
  const made = await Promise.all(
    items.map((item) => judgePrompts(loaded, item, { rubric, nonce })),
  );
  return made.flatMap((one) => {
    if (Array.isArray(one)) return one;
    request.emit({ type: 'failed', key: one.item.key, reason: one.failure });
    return [];
  });
}

/** As many sequences as memory allows, one prompt at a time at least. */
async function fittingSequences(
  host: ModelHost,
  loaded: LoadedModel,
  { sideBySide, ...shape }: Omit<BatchShape, 'sequences'> & { sideBySide: number },
): Promise<number> {
  let fitting = sideBySide;
  while (fitting > 1 && !(await host.fits(loaded, { ...shape, sequences: fitting + beginnings })))
    fitting = Math.ceil(fitting / 2);
  return fitting + beginnings;
}
