import { join, resolve } from 'node:path';
import type { ExportParams, ExportProgress } from '../../engines/protocol/trainer.ts';
import type { RequestContext } from '../../engines/serve-engine.ts';
import type { ModelFile } from '../weights/model-file.ts';
import { writeGgufCopy } from './gguf-copy.ts';
import { isAdapter } from './lora-factors.ts';
import { writeMergedModel } from './merged-model.ts';
import { writeSynced } from '../checkpoint/atomic-folder.ts';
import { modelfile } from './modelfile.ts';

/**
 * Writes a folder for `ollama create`: a Modelfile with the merged model when a type is wanted,
 * else with the adapter beside it and the base where it lies.
 */
export async function writeOllamaFolder(
  folder: string,
  { base, checkpoint, params }: { base: ModelFile; checkpoint: ModelFile; params: ExportParams },
  context: RequestContext<ExportProgress>,
): Promise<string[]> {
  const ollama = params.taught?.ollama;
  if (!ollama) throw new Error('An export for Ollama needs a template of Ollama.');
  const isMerged = params.type !== null || !isAdapter(checkpoint);
  const name = isMerged ? 'model.gguf' : 'adapter.gguf';
  const path = join(folder, name);
  const { type } = params;
  if (type === null) await writeGgufCopy(path, { checkpoint, ...params }, context);
  else await writeMergedModel({ base, checkpoint }, { ...params, type }, { path, context });
  const text = modelfile({
    from: isMerged ? `./${name}` : resolve(base.path),
    adapter: isMerged ? undefined : `./${name}`,
    ...ollama,
  });
  await writeSynced(join(folder, 'Modelfile'), text);
  return [name, 'Modelfile'];
}
