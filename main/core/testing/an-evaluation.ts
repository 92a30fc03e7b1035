import { writeFileSync } from 'node:fs';
import type { TestCore } from './a-core.ts';

/**
 * An evaluation of two tiny models, being generated; of one model against itself where a chat
 * template is given, with which the second is asked.
 */
export async function startEvaluation(
  core: TestCore,
  options: {
    prompts: number | string[];
    maxTokens: number;
    compared?: number;
    chatTemplate?: string;
  },
): Promise<{ evaluationId: string; jobId: string }> {
  const [first, second] = [
    await core.addModel({ contextLength: 4096 }),
    await core.addModel({ contextLength: 4096, seed: 2 }, 'second.gguf'),
  ];
  const path = core.path('prompts.txt');
  const texts = Array.isArray(options.prompts)
    ? options.prompts
    : Array.from({ length: options.prompts }, (_, n) => `Prompt ${n}`);
  writeFileSync(path, texts.map((text) => `${text}\n`).join(''));
  const { set } = await core.client.prompts.import({ path });
  return await core.client.evaluations.create({
    name: 'e',
    promptSetId: set.id,
    a: { modelId: first.modelId },
    b:
      options.chatTemplate === undefined
        ? { modelId: second.modelId }
        : { modelId: first.modelId, chatTemplate: options.chatTemplate },
    sampling: { maxTokens: options.maxTokens, temperature: 2, repeatPenalty: 1, topP: 1 },
    parallel: 2,
    prompts: options.compared,
  });
}
