import type { ModelInfo } from '../../../shared/domain/model.ts';
import { GgufError } from '../../gguf/header/gguf-error.ts';
import { modelInfo } from '../../gguf/model/model-info.ts';
import { readGguf } from '../../gguf/read-gguf.ts';
import { InspectorError } from '../protocol/engine-error.ts';

/** Validates and describes a GGUF file; a bad file is an `InspectorError` with the GGUF code. */
export async function inspectModel({ path }: { path: string }): Promise<ModelInfo> {
  try {
    return modelInfo(await readGguf(path));
  } catch (error) {
    if (error instanceof GgufError) throw new InspectorError(error.code, error.message, { path });
    throw error;
  }
}
