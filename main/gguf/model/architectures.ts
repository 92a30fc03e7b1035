/** A linear layer of a block, by the part of its tensor's name that tells which. */
export type LinearName =
  'attn_q' | 'attn_k' | 'attn_v' | 'attn_qkv' | 'attn_output' | 'ffn_gate' | 'ffn_up' | 'ffn_down';

/** A norm of a block, by the part of its tensor's name that tells which. */
export type NormName =
  | 'attn_norm'
  | 'attn_q_norm'
  | 'attn_k_norm'
  | 'post_attention_norm'
  | 'ffn_norm'
  | 'post_ffw_norm';

/** What sets an architecture apart from the others, as `src/models/*.cpp` of llama.cpp v0.4.0. */
export interface Architecture {
  /** Names of well-known models, for people. */
  models: string;
  /** What rope turns: each element with its neighbour, or with the one half a turn further. */
  ropePairs: 'neighbours' | 'halves';
  /** Rope may leave the last elements of a head as they are. */
  allowsPartialRope: boolean;
  /** The tensors `rope_freqs` or `rope_factors_*` divide the frequencies of rope. */
  usesRopeFactors: boolean;
  /** The heads together may be wider or narrower than the residual stream. */
  hasFreeHeadLength: boolean;
  norms: readonly NormName[];
  /** Linear layers whose bias is added where the file has one. */
  biases: readonly LinearName[];
  /** The LM head may have a bias. */
  allowsHeadBias: boolean;
  /** Layers of the feed-forward part; without a gate of its own, `ffn_up` is gate and up. */
  feedForward: readonly LinearName[];
  activation: 'silu' | 'gelu';
  /** Embeddings are multiplied by the root of their length. */
  scalesEmbedding: boolean;
  /** Logits may be bent by cap · tanh(logits / cap). */
  softcapsLogits: boolean;
}

const projections = ['attn_q', 'attn_k', 'attn_v', 'attn_qkv'] as const;
const gated = ['ffn_gate', 'ffn_up', 'ffn_down'] as const;

const llama = {
  models: 'Llama 1 to 3, Mistral, TinyLlama, SmolLM',
  ropePairs: 'neighbours',
  allowsPartialRope: false,
  usesRopeFactors: true,
  hasFreeHeadLength: true,
  norms: ['attn_norm', 'ffn_norm'],
  biases: [...projections, 'attn_output', ...gated],
  allowsHeadBias: false,
  feedForward: gated,
  activation: 'silu',
  scalesEmbedding: false,
  softcapsLogits: false,
} satisfies Architecture;

/**
 * Every architecture the trainer has a graph for, by its `general.architecture`. Windows in files
 * of llama (Mistral 0.1) and phi3 are ignored, as llama.cpp ignores them.
 */
export const architectures = {
  llama,
  qwen2: {
    ...llama,
    models: 'Qwen 2 and 2.5',
    ropePairs: 'halves',
    usesRopeFactors: false,
    hasFreeHeadLength: false,
    biases: projections,
    allowsHeadBias: true,
  },
  qwen3: {
    ...llama,
    models: 'Qwen 3',
    ropePairs: 'halves',
    usesRopeFactors: false,
    norms: ['attn_norm', 'attn_q_norm', 'attn_k_norm', 'ffn_norm'],
    biases: projections,
  },
  gemma3: {
    ...llama,
    models: 'Gemma 3',
    ropePairs: 'halves',
    allowsPartialRope: true,
    usesRopeFactors: false,
    norms: [
      'attn_norm',
      'attn_q_norm',
      'attn_k_norm',
      'post_attention_norm',
      'ffn_norm',
      'post_ffw_norm',
    ],
    biases: projections,
    activation: 'gelu',
    scalesEmbedding: true,
    softcapsLogits: true,
  },
  phi3: {
    ...llama,
    models: 'Phi 3 and 3.5, Phi 4 mini',
    ropePairs: 'halves',
    allowsPartialRope: true,
    hasFreeHeadLength: false,
    biases: projections,
    feedForward: ['ffn_up', 'ffn_down'],
  },
} as const satisfies Record<string, Architecture>;

export type ArchitectureName = keyof typeof architectures;

/** Names of all architectures, in the order in which they are listed to people. */
export const architectureNames = Object.keys(architectures).filter(isArchitecture);

/** True for a name that the trainer has a graph for. */
export function isArchitecture(name: string): name is ArchitectureName {
  return Object.hasOwn(architectures, name);
}
