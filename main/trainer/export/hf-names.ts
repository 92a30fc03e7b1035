import { TrainerError } from '../../engines/protocol/errors.ts';

/** Modules of Hugging Face transformers by the kind of layer that a GGUF name tells. */
const modules: Record<string, string> = {
  attn_q: 'self_attn.q_proj',
  attn_k: 'self_attn.k_proj',
  attn_v: 'self_attn.v_proj',
  attn_qkv: 'self_attn.qkv_proj',
  attn_output: 'self_attn.o_proj',
  ffn_gate: 'mlp.gate_proj',
  ffn_up: 'mlp.up_proj',
  ffn_down: 'mlp.down_proj',
};

/** A weight in a transformers model. */
export interface HfModule {
  /** As in `model.layers.3.self_attn.q_proj`. */
  path: string;
  /** Its last name, which `target_modules` lists. */
  name: string;
}

/**
 * The module that a GGUF weight `blk.N.*.weight` was converted from. The upper projection of phi3
 * holds gate and up in both formats, under another name. Throws EXPORT_REFUSED for other tensors.
 */
export function hfModule(tensorName: string, architecture: string): HfModule {
  const [, layer, kind = ''] = /^blk\.(\d+)\.(\w+)\.weight$/.exec(tensorName) ?? [];
  const isGateUp = architecture === 'phi3' && kind === 'ffn_up';
  const module = isGateUp ? 'mlp.gate_up_proj' : modules[kind];
  if (layer === undefined || module === undefined)
    throw new TrainerError(
      'EXPORT_REFUSED',
      `${tensorName} has no known name in PEFT: export the adapter as GGUF or merge it.`,
    );
  return { path: `model.layers.${layer}.${module}`, name: module.split('.')[1] ?? module };
}

/**
 * Puts the rows of a `lora_b` [rank, out] of a query or key projection into the order of
 * transformers. llama.cpp interleaves the two halves of each head of llama models when it converts
 * them (`LlamaModel.permute`): row 2i + p of a head was row p · D/2 + i.
 */
export function undoPermutation(b: Float32Array, rank: number, heads: number): Float32Array {
  const rows = b.length / rank;
  const headLength = rows / heads;
  const half = headLength / 2;
  const result = new Float32Array(b.length);
  for (let row = 0; row < rows; row++) {
    const inHead = row % headLength;
    const original = row - inHead + (inHead % 2) * half + (inHead >> 1);
    result.set(b.subarray(row * rank, (row + 1) * rank), original * rank);
  }
  return result;
}
