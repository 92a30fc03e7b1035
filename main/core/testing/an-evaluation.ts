import { writeFileSync } from 'node:fs';
import type { TestCore } from './a-core.ts';

/** Another one than that of the tiny models, which makes as many tokens of a prompt. */
const otherTemplate =
  "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + " +
  "message['content'] + '<|im_end|>' + '\\t' }}{% endfor %}" +
  "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

/**
 * An evaluation of a tiny model against itself, asked with another chat template, being generated:
 * one engine answers for both.
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
  const { modelId } = await core.addModel({ contextLength: 4096 });
  const path = core.path('prompts.txt');
  const texts = Array.isArray(options.prompts)
    ? options.prompts
    : Array.from({ length: options.prompts }, (_, n) => `Prompt ${n}`);
  writeFileSync(path, texts.map((text) => `${text}\n`).join(''));
  const { set } = await core.client.prompts.import({ path });
  return await core.client.evaluations.create({
    name: 'e',
    promptSetId: set.id,
    a: { modelId },
    b: { modelId, chatTemplate: options.chatTemplate ?? otherTemplate },
    sampling: { maxTokens: options.maxTokens, temperature: 2, repeatPenalty: 1, topP: 1 },
    parallel: 2,
    prompts: options.compared,
  });
}
