import { writeFileSync } from 'node:fs';
import type { TestCore } from './a-core.ts';

/** A study of three tiny models, each against each other one, on prompts of two sets, being generated. */
export async function startStudy(
  core: TestCore,
  options: { prompts: number; maxTokens: number; overlapPercent?: number },
): Promise<{ studyId: string; jobId: string; modelIds: string[]; promptSetIds: string[] }> {
  const modelIds: string[] = [];
  for (const seed of [1, 2, 3])
    modelIds.push(
      (await core.addModel({ contextLength: 2048, seed }, `model-${seed}.gguf`)).modelId,
    );
  const promptSetIds: string[] = [];
  for (const name of ['first', 'second']) {
    const path = core.path(`${name}.txt`);
    const lines = Array.from({ length: options.prompts }, (_, n) => `Prompt ${n} of ${name}\n`);
    writeFileSync(path, lines.join(''));
    promptSetIds.push((await core.client.prompts.import({ path })).set.id);
  }
  const { studyId, jobId } = await core.client.studies.create({
    name: 'three',
    design: 'round-robin',
    systems: modelIds.map((modelId) => ({ modelId })),
    promptSetIds,
    sampling: { maxTokens: options.maxTokens, temperature: 2, repeatPenalty: 1, topP: 1 },
    parallel: 2,
    overlapPercent: options.overlapPercent,
  });
  return { studyId, jobId, modelIds, promptSetIds };
}
