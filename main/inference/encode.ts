import { setImmediate } from 'node:timers/promises';
import type { GgufFile } from '../engines/gguf/gguf-file.ts';
import { getNumber, getString } from '../engines/gguf/metadata.ts';
import type { EncodeResult, InferenceRequests } from '../engines/protocol/inference.ts';
import type { RequestContext } from '../engines/serve-engine.ts';
import { TemplateError } from '../../shared/template/template-error.ts';
import type { Backend } from './backend.ts';
import { checkModelFile } from './checked-gguf.ts';
import { loadModel } from './model-host.ts';
import { Vocabulary } from './vocabulary.ts';

type Encode = InferenceRequests['encode'];

const samplesPerEvent = 50;

/** Turns conversations into token ids and loss masks with the vocabulary alone (no weights loaded). */
export async function encode(
  backend: Backend,
  { basePath, samples, maxTokens, lossOn }: Encode['params'],
  request: RequestContext<Encode['event']>,
): Promise<EncodeResult> {
  const header = await checkModelFile(basePath);
  const model = await loadModel(backend, basePath, { vocabOnly: true, loadSignal: request.signal });
  try {
    const vocabulary = new Vocabulary(model, header);
    const { templateSha256 } = vocabulary;
    const result: EncodeResult = { samples: [], truncated: [], dropped: [], templateSha256 };
    const limits = { maxTokens: Math.min(maxTokens, contextLength(header)), lossOn };
    for (const [index, sample] of samples.entries()) {
      encodeOne(vocabulary, sample, limits, result);
      const done = index + 1;
      if (done % samplesPerEvent !== 0 && done !== samples.length) continue;
      request.emit({ type: 'encoded', done, total: samples.length });
      await setImmediate();
      request.signal.throwIfAborted();
    }
    return result;
  } finally {
    await model.dispose();
  }
}

function encodeOne(
  vocabulary: Vocabulary,
  { id, messages }: Encode['params']['samples'][number],
  { maxTokens, lossOn }: Pick<Encode['params'], 'maxTokens' | 'lossOn'>,
  result: EncodeResult,
): void {
  try {
    const { tokens, trained } = vocabulary.encodeSample(messages, lossOn);
    if (tokens.length > maxTokens) result.truncated.push({ id, tokens: tokens.length });
    const mask = Uint8Array.from(trained.slice(0, maxTokens));
    if (mask.includes(1))
      result.samples.push({
        id,
        tokens: Int32Array.from(tokens.slice(0, maxTokens)),
        trained: mask,
      });
    else result.dropped.push({ id, reason: nothingTrained(trained, maxTokens) });
  } catch (error) {
    // A template that does not parse fails for every sample; any other refusal is about this one.
    if (!(error instanceof TemplateError) || error.code === 'TEMPLATE_INVALID') throw error;
    result.dropped.push({ id, reason: error.message });
  }
}

/** Longest text the model knows positions for; unlimited when the file does not say. */
function contextLength(header: GgufFile): number {
  const architecture = getString(header, 'general.architecture') ?? '';
  return getNumber(header, `${architecture}.context_length`) ?? Infinity;
}

function nothingTrained(trained: readonly number[], maxTokens: number): string {
  const first = trained.indexOf(1);
  if (first < 0) return 'no answer of it is trained (all have weight 0, or there is none)';
  return `its first answer starts at token ${first + 1}, behind the cut at ${maxTokens} tokens`;
}
