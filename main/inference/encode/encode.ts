import { setImmediate } from 'node:timers/promises';
import type { EncodeResult, InferenceRequests } from '../../engines/protocol/inference.ts';
import type { RequestContext } from '../../engines/serve-engine.ts';
import type { LlamaRuntime } from '../model/llama-runtime.ts';
import { checkModelFile } from '../model/checked-gguf.ts';
import { type FittedSample, SampleEncoder } from './sample-encoder.ts';
import { loadModel } from '../model/model-host.ts';
import { Vocabulary } from '../model/vocabulary.ts';

type Encode = InferenceRequests['encode'];

const samplesPerEvent = 50;

/** Turns conversations into token ids and loss masks with the vocabulary alone (no weights loaded). */
export async function encode(
  runtime: LlamaRuntime,
  { basePath, samples, ...recipe }: Encode['params'],
  request: RequestContext<Encode['event']>,
): Promise<EncodeResult> {
  const header = await checkModelFile(basePath);
  const model = await loadModel(runtime, basePath, { vocabOnly: true, loadSignal: request.signal });
  try {
    const vocabulary = new Vocabulary(model, header);
    const encoder = new SampleEncoder(vocabulary, header, recipe);
    const { templateSha256 } = vocabulary;
    const { maxTokens } = encoder;
    const lists = { samples: [], truncated: [], split: [], dropped: [] };
    const result = { ...lists, templateSha256, maxTokens };
    for (const [index, { id, messages }] of samples.entries()) {
      addSample(id, encoder.encode(messages), result);
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

function addSample(id: string, fitted: FittedSample, result: EncodeResult): void {
  const { outcome, wholeTokens, reason } = fitted;
  const sequences = fitted.stretches.filter((stretch) => stretch.kind === 'sequence');
  if (outcome === 'dropped') result.dropped.push({ id, reason });
  if (outcome === 'truncated') result.truncated.push({ id, tokens: wholeTokens });
  if (outcome === 'split')
    result.split.push({ id, tokens: wholeTokens, sequences: sequences.length });
  for (const [index, { tokens, trained }] of sequences.entries())
    result.samples.push({
      id: outcome === 'split' ? `${id}#${index + 1}` : id,
      tokens: Int32Array.from(tokens),
      trained: Uint8Array.from(trained),
    });
}
