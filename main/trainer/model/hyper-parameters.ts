import { getNumber, getString } from '../../engines/gguf/metadata.ts';
import type { GgufFile } from '../../engines/gguf/gguf-file.ts';
import { EngineError } from '../../engines/serve-engine.ts';

/** Shape of a Llama model, from the metadata of its GGUF file. */
export interface HyperParameters {
  name: string;
  embeddingLength: number;
  layers: number;
  heads: number;
  keyValueHeads: number;
  headLength: number;
  feedForwardLength: number;
  vocabularySize: number;
  contextLength: number;
  normEpsilon: number;
  ropeDimensions: number;
  ropeFreqBase: number;
  /** Positions are multiplied by this: 1 / factor of linear rope scaling. */
  ropeFreqScale: number;
}

/**
 * Reads the shape of a model of architecture "llama". Throws UNSUPPORTED_ARCHITECTURE naming
 * whatever else the file needs, because training with a part left out would fit a wrong model.
 */
export function readHyperParameters(file: GgufFile): HyperParameters {
  const architecture = getString(file, 'general.architecture') ?? 'without a name';
  if (architecture !== 'llama') throw unsupported(`the architecture "${architecture}"`);
  const number = (key: string) => getNumber(file, `llama.${key}`);
  const need = (key: string) => number(key) ?? missingKey(`llama.${key}`);
  const embeddingLength = need('embedding_length');
  const heads = need('attention.head_count');
  const headLength = number('attention.key_length') ?? embeddingLength / heads;
  const parameters: HyperParameters = {
    name: getString(file, 'general.name') ?? 'unnamed',
    embeddingLength,
    layers: need('block_count'),
    heads,
    keyValueHeads: number('attention.head_count_kv') ?? heads,
    headLength,
    feedForwardLength: need('feed_forward_length'),
    vocabularySize: file.tensors.find(({ name }) => name === 'token_embd.weight')?.ne[1] ?? 0,
    contextLength: need('context_length'),
    normEpsilon: need('attention.layer_norm_rms_epsilon'),
    ropeDimensions: number('rope.dimension_count') ?? headLength,
    // Defaults of llama.cpp v0.5.0, llama-model.cpp.
    ropeFreqBase: number('rope.freq_base') ?? 10_000,
    ropeFreqScale: readFreqScale(file),
  };
  requireDenseAttention(file, parameters);
  return parameters;
}

function readFreqScale(file: GgufFile): number {
  const type = getString(file, 'llama.rope.scaling.type') ?? 'linear';
  if (type !== 'linear' && type !== 'none') throw unsupported(`rope scaling of type "${type}"`);
  const factor =
    getNumber(file, 'llama.rope.scaling.factor') ?? getNumber(file, 'llama.rope.scale_linear') ?? 0;
  return factor === 0 || type === 'none' ? 1 : 1 / factor;
}

function requireDenseAttention(file: GgufFile, parameters: HyperParameters): void {
  const { heads, keyValueHeads, headLength, ropeDimensions } = parameters;
  const number = (key: string) => getNumber(file, `llama.${key}`) ?? 0;
  const experts = number('expert_count');
  if (experts > 0) throw unsupported(`a mixture of ${experts} experts`);
  const valueLength = number('attention.value_length') || headLength;
  if (valueLength !== headLength)
    throw unsupported(`value heads of ${valueLength} beside key heads of ${headLength}`);
  if (ropeDimensions !== headLength)
    throw unsupported(`rope over ${ropeDimensions} of ${headLength} dimensions`);
  if (!Number.isInteger(headLength) || heads % keyValueHeads !== 0)
    throw unsupported(`${heads} heads over ${keyValueHeads} key-value heads`);
  const attentionScale = number('attention.scale');
  if (attentionScale !== 0) throw unsupported(`the attention scale ${attentionScale}`);
}

/** The error for a model the trainer has no graph for. */
export const unsupported = (what: string): EngineError =>
  new EngineError(
    'UNSUPPORTED_ARCHITECTURE',
    `The trainer cannot train a model with ${what}: it knows the architecture "llama" ` +
      `(Llama, SmolLM, TinyLlama and others). Choose another base model.`,
  );

function missingKey(key: string): never {
  throw new EngineError(
    'MODEL_UNREADABLE',
    `The model file has no metadata "${key}": it is no complete Llama model. Download it again.`,
  );
}
