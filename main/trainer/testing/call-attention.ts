import {
  attentionScratchFloats,
  attentionNode,
  attentionBackwardNodes,
  type KernelAttentionInputs,
} from '../ops/attention.ts';
import type { AttentionResults, AttentionSize, AttentionValues } from './attention-case.ts';
import type { KernelExecution } from './kernel-call.ts';

/** The operands in memory, with just the scratch that so many threads take. */
export function placeAttention(
  call: KernelExecution,
  { length, heads, keyHeads, tokens }: AttentionSize,
  { given, threads }: { given: AttentionValues; threads: number },
): KernelAttentionInputs {
  const ofKeys = [length, keyHeads, tokens];
  return {
    queries: call.place({ ne: [length, heads, tokens], values: given.queries }),
    keys: call.place({ ne: ofKeys, values: given.keys }),
    values: call.place({ ne: ofKeys, values: given.values }),
    earliestKeys: call.place({ ne: [tokens], values: given.earliest }),
    scratch: call.place({ ne: [attentionScratchFloats(tokens, length, threads)] }),
  };
}

/** Attention and its gradients, as our kernels compute them. */
export function callAttention(
  call: KernelExecution,
  size: AttentionSize,
  given: AttentionValues,
  threads = 1,
): AttentionResults<Float32Array> {
  const inputs = placeAttention(call, size, { given, threads });
  const output = call.compute(attentionNode(call.maker, inputs, given.scale), threads);
  const gradient = call.place({ ne: inputs.queries.ne, values: given.gradient });
  const { scale } = given;
  const nodes = attentionBackwardNodes(call.maker, inputs, { gradient, scale });
  const queries = call.compute(nodes.queries, threads).subarray(0, given.queries.length);
  const both = call.compute(nodes.keysAndValues, threads);
  const middle = given.keys.length;
  return { output, queries, keys: both.slice(0, middle), values: both.slice(middle) };
}
