import type { InferenceRequests } from '../../engines/protocol/inference.ts';
import type { TaughtFormat } from '../../engines/protocol/trainer.ts';
import { checkModelFile } from '../model/checked-gguf.ts';
import type { LlamaRuntime } from '../model/llama-runtime.ts';
import { loadModel } from '../model/load-model.ts';
import { Vocabulary } from '../model/vocabulary.ts';
import type { TemplateRenderer } from '../template/template-renderer.ts';
import { ollamaTemplate } from './ollama-template.ts';

/** How a model was taught to talk, from its vocabulary alone. EXPORT_REFUSED where Ollama cannot. */
export async function taughtFormat(
  runtime: LlamaRuntime,
  templates: TemplateRenderer,
  { basePath, chatTemplate, forOllama }: InferenceRequests['taughtFormat']['params'],
  loadSignal: AbortSignal,
): Promise<TaughtFormat> {
  const header = await checkModelFile(basePath);
  const model = await loadModel(runtime, basePath, { vocabOnly: true, loadSignal });
  try {
    const vocabulary = new Vocabulary(model, header, { templates, chatTemplate });
    const ollama = forOllama
      ? await ollamaTemplate((messages, asPrompt) => vocabulary.render(messages, asPrompt))
      : null;
    return { carried: vocabulary.carried, addsBos: vocabulary.addsBos, ollama };
  } finally {
    await model.dispose();
  }
}
