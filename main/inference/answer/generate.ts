import { answerSeed } from '../../../shared/domain/evaluate/answer-seed.ts';
import type { Sampling } from '../../../shared/domain/identity.ts';
import { getNumber, getString, type GgufFile } from '../../gguf/header/gguf-file.ts';
import type {
  GenerateItem,
  InferenceRequests,
  SystemFiles,
} from '../../engines/protocol/inference.ts';
import type { RequestContext } from '../../engines/serve-engine.ts';
import { AnswerBatch } from './answer-batch.ts';
import {
  contextSize,
  encodeAsked,
  identify,
  isRefusalOfOne,
  type Question,
  tooLongFor,
} from './answer-prompt.ts';
import { chooseSequences } from './choose-sequences.ts';
import { promptChunkTokens, sharedStart } from './prompt-chunks.ts';
import type { LlamaRuntime } from '../model/llama-runtime.ts';
import type { TokenizedPrompt } from '../model/vocabulary.ts';
import type { BatchShape } from '../model/create-context.ts';
import type { LoadedModel } from '../model/loaded-model.ts';
import type { ModelHost } from '../model/model-host.ts';

type Generate = InferenceRequests['generate'];

const tokensEventIntervalMs = 250;

/**
 * Answers many prompts in parallel sequences. Every answer is an event the moment it is complete; a
 * cancel drops the incomplete ones, so that what was sent is what there is. A prompt that cannot be
 * asked is an answer that failed, and not counted.
 */
export async function generate(
  runtime: LlamaRuntime,
  host: ModelHost,
  { system, items, sampling, parallel }: Generate['params'],
  request: RequestContext<Generate['event']>,
): Promise<{ answered: number }> {
  const { signal } = request;
  if (items.length === 0) return { answered: 0 };
  const loaded = await host.open(system, signal, 'batches');
  const asked = await Promise.all(items.map((item) => encodeItem(loaded, system, item)));
  const samplingOf = (item: GenerateItem): Sampling => ({
    ...sampling,
    seed: answerSeed(sampling.seed, item, item.repetition),
  });
  const identityOf = (item: GenerateItem, sequences: number) => ({
    ...identify(runtime, loaded, system, { sampling: samplingOf(item), parallel: sequences }),
    repetition: item.repetition,
  });
  for (const { item, promptTokens, failure } of asked)
    if (failure !== undefined) {
      const failed = { output: failure, finish: 'failed', promptTokens, outputTokens: 0 } as const;
      const answer = { ...failed, durationMs: 0, identity: identityOf(item, parallel ?? 1) };
      request.emit({ type: 'answer', key: item.key, answer });
    }
  const onToken = countTokens(request);
  const chunkTokens = promptChunkTokens[loaded.gpuLayers > 0 ? 'gpu' : 'cpu'];
  let answered = 0;
  for (const { group, tokens } of bySize(asked, sampling, loaded)) {
    if (signal.aborted) break;
    const shape = { tokens, batchTokens: chunkTokens, attention: 'fast' } as const;
    const measured = { loaded, system, sampling, signal };
    const wanted = { ...shape, prompts: group.length, parallel };
    const sequences = await chooseSequences(host, measured, wanted);
    const shared = await sharedTokensOf(host, loaded, { shape, sequences, group });
    const held = shared > 0 ? withHolder(sequences) : sequences;
    const context = await host.createSequences(loaded, system, { ...shape, sequences: held });
    const { model } = loaded;
    const options = {
      context,
      sequences,
      model,
      tokensPerSequence: tokens,
      promptChunkTokens: chunkTokens,
      sharedTokens: shared,
    };
    try {
      const questions = group.map(({ item, prompt }): [GenerateItem, Question] => [
        item,
        { prompt, sampling: samplingOf(item) },
      ]);
      const batch = new AnswerBatch<GenerateItem>(options, { signal, onToken });
      for await (const [item, made] of batch.answers(questions)) {
        // At most: what the last prompts of an evaluation needed makes no other configuration.
        const answer = { ...made, identity: identityOf(item, parallel ?? sequences) };
        request.emit({ type: 'answer', key: item.key, answer });
        answered += 1;
      }
    } finally {
      context.dispose();
    }
  }
  return { answered };
}

/** A sequence more holds what all prompts begin with; a lone answer needs the one behind it free. */
const withHolder = (sequences: number) => Math.max(2, sequences) + 1;

/** How many first tokens are evaluated once for a whole group: none where that would not fit. */
async function sharedTokensOf(
  host: ModelHost,
  loaded: LoadedModel,
  {
    shape,
    sequences,
    group,
  }: { shape: Omit<BatchShape, 'sequences'>; sequences: number; group: AskedItem[] },
): Promise<number> {
  const prompts = group.map(({ prompt }) => prompt);
  const shared = sharedStart(prompts, shape.batchTokens);
  if (shared === 0) return 0;
  return (await host.fits(loaded, { ...shape, sequences: withHolder(sequences) })) ? shared : 0;
}

interface SizeGroup {
  group: AskedItem[];
  /** Of the context of each. */
  tokens: number;
}

/**
 * What can be asked, by the context it needs, in the order of the prompts: one long prompt makes no
 * large context for short ones, and never decides which rope factors they are computed with.
 */
function bySize(
  asked: AskedItem[],
  { maxTokens }: Sampling,
  { trainedTokens, header }: LoadedModel,
) {
  const sizeOf = ({ promptTokens }: AskedItem) =>
    contextSize([promptTokens], maxTokens, trainedTokens);
  const original = originalContext(header);
  const askable = asked.filter(({ failure }) => failure === undefined);
  const groups = Map.groupBy(askable, (item) => {
    const tokens = sizeOf(item);
    return `${Math.ceil(Math.log2(tokens))} ${tokens > original}`;
  });
  return [...groups.values()].map((group): SizeGroup => ({
    group,
    tokens: Math.max(...group.map(sizeOf)),
  }));
}

/** From here on llama.cpp takes the long factors of a rope, for a whole context. */
function originalContext(header: GgufFile): number {
  const architecture = getString(header, 'general.architecture') ?? '';
  const key = `${architecture}.rope.scaling.original_context_length`;
  return getNumber(header, key) ?? Number.MAX_SAFE_INTEGER;
}

interface AskedItem {
  item: GenerateItem;
  prompt: TokenizedPrompt;
  promptTokens: number;
  /** Why this prompt cannot be asked; the others can. */
  failure?: string;
}

/** The prompt as tokens, or why it has none; throws what would stop every other one, too. */
async function encodeItem(
  loaded: LoadedModel,
  system: SystemFiles,
  item: GenerateItem,
): Promise<AskedItem> {
  try {
    const prompt = await encodeAsked(loaded, system, item.messages);
    const promptTokens = prompt.tokens.length;
    const tooLong = tooLongFor(promptTokens, loaded.trainedTokens);
    return { item, prompt, promptTokens, ...(tooLong && { failure: tooLong.message }) };
  } catch (error) {
    if (!isRefusalOfOne(error)) throw error;
    const none = { tokens: [], headTokens: 0, opening: '' };
    return { item, prompt: none, promptTokens: 0, failure: error.message };
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
