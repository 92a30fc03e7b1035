import type { Llama, LlamaModel, Token } from 'node-llama-cpp';

/** Logits of one token less their mean: all of them that a softmax tells. */
export function centred(logits: readonly number[]): number[] {
  const mean = logits.reduce((sum, value) => sum + value, 0) / logits.length;
  return logits.map((value) => value - mean);
}

/**
 * Centred logits [vocabulary, tokens] as llama.cpp computes them, with an unrounded key-value
 * cache. node-llama-cpp gives probabilities; their logarithms differ from logits by a constant.
 */
export async function centredLogitsOf(
  llama: Llama,
  modelPath: string,
  {
    tokenize,
    adapter,
  }: {
    tokenize: (model: LlamaModel) => readonly Token[];
    adapter?: { filePath: string; scale?: number } | undefined;
  },
): Promise<number[]> {
  const model = await llama.loadModel({ modelPath, gpuLayers: 0 });
  try {
    const context = await model.createContext({
      contextSize: 256,
      flashAttention: false,
      ...(adapter && { lora: { adapters: [adapter] } }),
      ...({ experimentalKvCacheKeyType: 'F32', experimentalKvCacheValueType: 'F32' } as const),
    });
    const results = await context
      .getSequence()
      .controlledEvaluate(
        tokenize(model).map((token) => [
          token,
          { generateNext: { probabilities: true, options: { temperature: 0 } } },
        ]),
      );
    return results.flatMap((result) => {
      const probabilities = [...(result?.next.probabilities ?? [])].toSorted(([a], [b]) => a - b);
      return centred(probabilities.map(([, probability]) => Math.log(probability)));
    });
  } finally {
    await model.dispose();
  }
}
