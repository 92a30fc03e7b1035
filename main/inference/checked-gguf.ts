import { GgufError } from '../engines/gguf/gguf-error.ts';
import { getString } from '../engines/gguf/metadata.ts';
import type { GgufFile } from '../engines/gguf/gguf-file.ts';
import { readGguf } from '../engines/gguf/read-gguf.ts';
import { EngineError } from '../engines/serve-engine.ts';

/** Reads the header of a model file; native code must never see a file this refuses. */
export async function checkModelFile(path: string): Promise<GgufFile> {
  const file = await readHeader(path, 'MODEL_UNREADABLE');
  if (getString(file, 'general.type') === 'adapter')
    throw new EngineError(
      'MODEL_UNREADABLE',
      `${path} is a LoRA adapter, not a model: choose the base model and give this file as adapter.`,
      { path },
    );
  if (getString(file, 'general.architecture') === undefined)
    throw new EngineError('MODEL_UNREADABLE', `${path} names no general.architecture.`, { path });
  return file;
}

/** Reads the header of a LoRA adapter and checks that it was made for this base model. */
export async function checkAdapterFile(path: string, base: GgufFile): Promise<GgufFile> {
  const file = await readHeader(path, 'ADAPTER_UNREADABLE');
  const [made, needed] = [file, base].map((header) => getString(header, 'general.architecture'));
  if (getString(file, 'general.type') === 'adapter' && made === needed) return file;
  throw new EngineError(
    'ADAPTER_UNREADABLE',
    `${path} is no LoRA adapter for this model: its general.type is ` +
      `"${getString(file, 'general.type') ?? 'missing'}" and its architecture "${made ?? 'missing'}", ` +
      `needed are "adapter" and "${needed}".`,
    { path },
  );
}

async function readHeader(path: string, code: string): Promise<GgufFile> {
  try {
    return await readGguf(path);
  } catch (error) {
    if (!(error instanceof GgufError)) throw error;
    throw new EngineError(code, error.message, { path, reason: error.code });
  }
}
