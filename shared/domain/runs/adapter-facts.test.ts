import { expect, test } from 'vitest';
import { recipeSchema } from '../recipe/recipe.ts';
import { loraTargets, parseTargets } from '../recipe/lora-targets.ts';
import { adapterContradiction, targetsText } from './adapter-facts.ts';

// A base with queries, keys and values apart, and gate and up apart.
const facts = {
  sha256: 'a',
  rank: 4,
  alpha: 8,
  targets: 'attention',
  layers: ['attn_q' as const, 'attn_k' as const, 'attn_v' as const, 'attn_output' as const],
  untrained: ['ffn_gate' as const, 'ffn_up' as const, 'ffn_down' as const],
  adapterBaseSha256: null,
  chatTemplate: '',
};

test.each([
  [{}, ''],
  [{ alpha: 4, loraScaling: 'rankStable' as const }, ''],
  // The base has no attn_qkv: it may be named or not.
  [{ targets: 'attn_q,attn_k,attn_v,attn_output' }, ''],
  [{ rank: 8 }, 'rank is 8, that of the adapter 4.'],
  [{ alpha: 16 }, 'alpha is 16 (standard), that of the adapter 8 (standard).'],
  [{ targets: 'all' }, 'targets is all, that of the adapter attention.'],
  [{ targets: 'attn_q' }, 'targets is attn_q, that of the adapter attention.'],
  [{ targets: 'attention,ffn_up' }, 'targets is attention,ffn_up, that of the adapter attention.'],
])('a recipe with %j contradicts an adapter by: %s', (fields, words) => {
  const recipe = recipeSchema.parse({ rank: 4, alpha: 8, targets: 'attention', ...fields });
  const found = adapterContradiction(recipe, facts);
  expect(found).toContain(words);
  expect(found === '').toBe(words === '');
});

test.each([
  ['all', [], 'all'],
  // A base whose projections are fused has other layers.
  ['attn_qkv,attn_output,ffn_up,ffn_down', [], 'all'],
  ['attn_qkv,attn_output', ['ffn_up', 'ffn_down'], 'attention'],
  ['mlp', ['attn_q'], 'mlp'],
  ['attn_v,ffn_up', ['attn_q'], 'attn_v,ffn_up'],
])('the layers %s, with %j left alone, are %s', (text, left, words) => {
  const untrained = loraTargets.filter((one) => left.includes(one));
  expect(targetsText(parseTargets(text) ?? new Set(), untrained)).toBe(words);
});
