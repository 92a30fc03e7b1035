import { afterAll, describe, expect, test } from 'vitest';
import { computeNode, type Operand } from '../testing/compute-node.ts';
import { GgmlDevice } from '../device/ggml-device.ts';
import { attentionScratchFloats, kernelAttention, kernelAttentionBackward } from './attention.ts';
import { elementType, type Tensor } from '../device/tensor.ts';
import { ComputeGraph } from '../device/compute-graph.ts';
import { add, sumOfSquares } from './arithmetic.ts';

const device = GgmlDevice.openCpu(2);
afterAll(() => device[Symbol.dispose]());

const [length, tokens] = [32, 21];
const scratchFloats = attentionScratchFloats(tokens, length, device.threads);

/** Operands that attention takes; one at a time is replaced. */
const operands: Record<'queries' | 'keys' | 'values' | 'earliestKeys' | 'scratch', Operand> = {
  queries: { ne: [length, 6, tokens] },
  keys: { ne: [length, 2, tokens] },
  values: { ne: [length, 2, tokens] },
  earliestKeys: { ne: [tokens], type: elementType.i32 },
  scratch: { ne: [scratchFloats] },
};

const sum = (graph: ComputeGraph, tensor: Tensor) => sumOfSquares(graph, tensor);

/** The sum of squares of attention, or of a gradient of it, with zeros as earliest keys. */
const compute = async (replaced: Partial<typeof operands>) =>
  await computeNode(device, Object.values({ ...operands, ...replaced }), (graph, tensors) => {
    const [queries, keys, values, earliestKeys, scratch] = tensors;
    if (!queries || !keys || !values || !earliestKeys || !scratch)
      throw new RangeError('Attention has five operands');
    const inputs = { queries, keys, values, earliestKeys, scratch };
    const back = kernelAttentionBackward(graph, inputs, {
      gradient: kernelAttention(graph, inputs, 0.2),
      scale: 0.2,
    });
    return add(
      graph,
      sum(graph, back.queries),
      add(graph, sum(graph, back.keys), sum(graph, back.values)),
    );
  });

describe.runIf(device.kernels)('attention by kernels', () => {
  const refused: [name: string, replaced: Partial<typeof operands>][] = [
    ['heads that are no multiple of key heads', { queries: { ne: [length, 5, tokens] } }],
    ['fewer heads than key heads', { queries: { ne: [length, 1, tokens] } }],
    ['keys of another length', { keys: { ne: [16, 2, tokens] }, values: { ne: [16, 2, tokens] } }],
    ['fewer keys than queries', { keys: { ne: [length, 2, 8] }, values: { ne: [length, 2, 8] } }],
    ['fewer values than keys', { values: { ne: [length, 1, tokens] } }],
    ['keys of 16 bits', { keys: { ne: [length, 2, tokens], type: elementType.f16 } }],
    ['an earliest key of some queries only', { earliestKeys: { ne: [1], type: elementType.i32 } }],
    ['earliest keys that are no integers', { earliestKeys: { ne: [tokens] } }],
    ['scratch for one thread less', { scratch: { ne: [scratchFloats / 2] } }],
    [
      'heads that are no whole vectors',
      {
        queries: { ne: [20, 6, tokens] },
        keys: { ne: [20, 2, tokens] },
        values: { ne: [20, 2, tokens] },
      },
    ],
  ];
  // It would read beside its operands.
  test.each(refused)('refuses %s', async (_, replaced) => {
    await expect(compute(replaced)).rejects.toThrow(/attention cannot take/);
  });

  test('takes operands that fit together', async () => {
    const [result = NaN] = (await compute({})).values;
    expect(result).toBeGreaterThan(0);
  });
});
