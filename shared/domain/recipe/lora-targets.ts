/** Linear layers that an adapter can train, by the part of the tensor name that tells them. */
export const loraTargets = [
  'attn_q',
  'attn_k',
  'attn_v',
  'attn_qkv',
  'attn_output',
  'ffn_gate',
  'ffn_up',
  'ffn_down',
] as const;
export type LoraTarget = (typeof loraTargets)[number];

const groups: Readonly<Record<string, readonly LoraTarget[]>> = {
  all: loraTargets,
  attention: ['attn_q', 'attn_k', 'attn_v', 'attn_qkv', 'attn_output'],
  mlp: ['ffn_gate', 'ffn_up', 'ffn_down'],
};

/** What a list of targets may name, for messages. */
export const targetWords: readonly string[] = [...Object.keys(groups), ...loraTargets];

/**
 * The layers that a text like `mlp,attn_v` names: groups and layers, separated by commas.
 * Undefined when a word is unknown or there is none.
 */
export function parseTargets(text: string): ReadonlySet<LoraTarget> | undefined {
  const named = text.split(',').map((word) => {
    const name = word.trim();
    return groups[name] ?? loraTargets.filter((target) => target === name);
  });
  return named.some((layers) => layers.length === 0) ? undefined : new Set(named.flat());
}
