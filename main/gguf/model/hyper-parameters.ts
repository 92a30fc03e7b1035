import { type GgufFile, getString } from '../header/gguf-file.ts';
import {
  architectureNames,
  architectures,
  isArchitecture,
  type Architecture,
  type ArchitectureName,
} from './architectures.ts';
import { OwnMetadata } from './own-metadata.ts';
import { readRopeCurve, type RopeCurve } from './rope-curve.ts';
import { damaged, unsupported } from './trainable.ts';

/** Shape of a model, from the metadata of its GGUF file. */
export interface HyperParameters {
  architecture: ArchitectureName;
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
  rope: RopeCurve;
  /** Queries times keys are multiplied by this before the softmax. */
  attentionScale: number;
  /** Embeddings are multiplied by this. */
  embeddingScale: number;
  /** Logits become cap · tanh(logits / cap). */
  logitSoftcap: number | undefined;
  /** What layers with a window of tokens do differently; undefined when no layer has one. */
  sliding: SlidingLayers | undefined;
}

/**
 * Reads the shape of a model. Throws Untrainable naming whatever the trainer has no graph for,
 * because training with a part left out would fit a wrong model.
 */
export function readHyperParameters(file: GgufFile): HyperParameters {
  const architecture = readArchitecture(file);
  const traits: Architecture = architectures[architecture];
  const own = new OwnMetadata(file, architecture);
  const embeddingLength = own.need('embedding_length');
  const heads = own.need('attention.head_count');
  if (heads === 0) throw damaged('The file says that the model has no attention heads.');
  const headLength = own.number('attention.key_length') ?? Math.floor(embeddingLength / heads);
  const parameters: HyperParameters = {
    architecture,
    name: getString(file, 'general.name') ?? 'unnamed',
    embeddingLength,
    heads,
    headLength,
    layers: own.need('block_count'),
    keyValueHeads: own.number('attention.head_count_kv') ?? heads,
    feedForwardLength: own.need('feed_forward_length'),
    vocabularySize: file.tensors.find(({ name }) => name === 'token_embd.weight')?.ne[1] ?? 0,
    contextLength: own.need('context_length'),
    normEpsilon: own.need('attention.layer_norm_rms_epsilon'),
    rope: readRopeCurve(own, { headLength, pairs: traits.ropePairs }),
    attentionScale: 1 / Math.sqrt(headLength),
    embeddingScale: traits.scalesEmbedding ? Math.sqrt(embeddingLength) : 1,
    logitSoftcap: (traits.softcapsLogits && own.number('final_logit_softcapping')) || undefined,
    sliding: undefined,
  };
  if (architecture === 'gemma3') applyGemma(parameters, own);
  requireDenseAttention(own, parameters);
  requireKnownShape(parameters, traits);
  return parameters;
}

/** Gemma 3 of 62 layers (27B) scales by its width per head, and sliding layers have their own rope. */
function applyGemma(parameters: HyperParameters, own: OwnMetadata): void {
  const { layers, embeddingLength, heads, rope } = parameters;
  if (layers === 62) parameters.attentionScale = 1 / Math.sqrt(Math.floor(embeddingLength / heads));
  parameters.sliding = readSlidingLayers(own, { layers, rope });
}

function readArchitecture(file: GgufFile): ArchitectureName {
  const found = getString(file, 'general.architecture') ?? 'unknown';
  if (isArchitecture(found)) return found;
  const known = architectureNames.map((name) => `${name} (${architectures[name].models})`);
  throw unsupported(`Its architecture is ${found}; supported: ${known.join(', ')}.`);
}

function requireDenseAttention(own: OwnMetadata, { headLength }: HyperParameters): void {
  const number = (key: string) => own.number(key) ?? 0;
  const experts = number('expert_count');
  if (experts > 0)
    throw unsupported(`It is a mixture of ${experts} experts, which the trainer does not support.`);
  const valueLength = number('attention.value_length') || headLength;
  if (valueLength !== headLength)
    throw unsupported(
      `Its value heads are ${valueLength} long beside key heads of ${headLength}, which the ` +
        `trainer does not support.`,
    );
  const scale = number('attention.scale');
  if (scale !== 0)
    throw unsupported(`It has the attention scale ${scale}, which its architecture does not know.`);
}

/** What llama.cpp refuses or aborts on. */
function requireKnownShape(parameters: HyperParameters, traits: Architecture): void {
  const { architecture, heads, headLength, embeddingLength, rope } = parameters;
  const isPartial = rope.dimensions !== headLength;
  if (isPartial && (!traits.allowsPartialRope || rope.dimensions > headLength))
    throw unsupported(
      `Its rope turns ${rope.dimensions} of ${headLength} dimensions, which ${architecture} ` +
        `models do not.`,
    );
  if (!traits.hasFreeHeadLength && heads * headLength !== embeddingLength)
    throw unsupported(
      `Its ${heads} heads of ${headLength} do not add up to its width ${embeddingLength}, which ` +
        `${architecture} models need.`,
    );
}

/** Sliding-window layers, whose tokens look back over a window only, and what they do differently. */
interface SlidingLayers {
  /** Tokens that a query sees, itself included. */
  window: number;
  /** Per layer. */
  isSliding: readonly boolean[];
  rope: RopeCurve;
}

/** Gemma 3: five sliding layers, then one of global attention. */
const defaultPattern = 6;

/**
 * Reads the sliding-window layers of a model (llama_model_base::load_swa_pattern of llama.cpp v0.4.0);
 * undefined when the file has no window.
 */
function readSlidingLayers(
  own: OwnMetadata,
  { layers, rope }: { layers: number; rope: RopeCurve },
): SlidingLayers | undefined {
  const window = own.number('attention.sliding_window') ?? 0;
  if (window === 0) return undefined;
  const key = 'attention.sliding_window_pattern';
  const listed = own.list(key);
  const pattern = listed ? 0 : (own.number(key) ?? defaultPattern);
  return {
    window,
    isSliding: Array.from({ length: layers }, (_, layer) =>
      listed ? listed[layer] === 1 : pattern === 0 || layer % pattern < pattern - 1,
    ),
    // Rope scaling stretches the layers of global attention, and no others.
    rope: { ...rope, freqBase: own.number('rope.freq_base_swa') ?? 10_000, freqScale: 1 },
  };
}
