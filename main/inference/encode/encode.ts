import type { EncodeResult, InferenceRequests } from '../../engines/protocol/inference.ts';
import type { RequestContext } from '../../engines/serve-engine.ts';
import type { LlamaRuntime } from '../model/llama-runtime.ts';
import { checkModelFile } from '../model/checked-gguf.ts';
import { type FittedSample, SampleEncoder } from './sample-encoder.ts';
import { TokenPieces } from './token-pieces.ts';
import { countFitted } from './xray.ts';
import { remarksText } from '../../../shared/text/xray.ts';
import { loadModel } from '../model/load-model.ts';
import { Vocabulary } from '../model/vocabulary.ts';
import type { TemplateRenderer } from '../template/template-renderer.ts';

type Encode = InferenceRequests['encode'];

const samplesPerEvent = 50;

/** Turns conversations into token ids and loss masks with the vocabulary alone (no weights loaded). */
export async function encode(
  runtime: LlamaRuntime,
  templates: TemplateRenderer,
  { basePath, samples, ...recipe }: Encode['params'],
  request: RequestContext<Encode['event']>,
): Promise<EncodeResult> {
  const header = await checkModelFile(basePath);
  const model = await loadModel(runtime, basePath, { vocabOnly: true, loadSignal: request.signal });
  try {
    const vocabulary = new Vocabulary(model, header, {
      templates,
      chatTemplate: recipe.chatTemplate,
    });
    const encoder = new SampleEncoder(vocabulary, header, recipe);
    const { templateSha256 } = vocabulary;
    const { maxTokens } = encoder;
    const pieces = new TokenPieces(model, header);
    const lists = {
      samples: [],
      truncated: [],
      split: [],
      perAnswer: [],
      dropped: [],
      remarked: [],
    };
    const result: EncodeResult = { ...lists, templateSha256, maxTokens };
    for (let start = 0; start < samples.length; start += samplesPerEvent) {
      const group = samples.slice(start, start + samplesPerEvent);
      // Side by side, so that they are rendered together and tokenized meanwhile.
      const fitted = await Promise.all(group.map(({ messages }) => encoder.encode(messages)));
      for (const [index, one] of fitted.entries()) {
        const { id = '', messages = [] } = group[index] ?? {};
        addSample(id, one, result);
        const text = remarksText(countFitted(one, messages, pieces));
        if (text !== '') result.remarked.push({ id, text });
      }
      request.emit({ type: 'encoded', done: start + group.length, total: samples.length });
      request.signal.throwIfAborted();
    }
    return result;
  } finally {
    await model.dispose();
  }
}

function addSample(id: string, fitted: FittedSample, result: EncodeResult): void {
  const { outcome, wholeTokens, reason, isPerAnswer } = fitted;
  const sequences = fitted.stretches.filter((stretch) => stretch.kind === 'sequence');
  if (outcome === 'dropped') result.dropped.push({ id, reason });
  if (outcome === 'truncated') result.truncated.push({ id, tokens: wholeTokens });
  if (outcome === 'split')
    result.split.push({ id, tokens: wholeTokens, sequences: sequences.length });
  if (isPerAnswer && outcome !== 'dropped')
    result.perAnswer.push({ id, sequences: sequences.length });
  for (const [index, { tokens, trained }] of sequences.entries())
    result.samples.push({
      id: outcome === 'split' || isPerAnswer ? `${id}#${index + 1}` : id,
      tokens: Int32Array.from(tokens),
      trained: Uint8Array.from(trained),
    });
}
