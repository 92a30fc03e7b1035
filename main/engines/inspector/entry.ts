import type { ModelInfo } from '../../../shared/domain/model.ts';
import { GgufError } from '../../gguf/header/gguf-error.ts';
import { modelInfo } from '../../gguf/model/model-info.ts';
import { readGguf } from '../../gguf/read-gguf.ts';
import { inspectProjectFile } from '../../store/file/inspect-project-file.ts';
import { StoreError } from '../../store/store-error.ts';
import { InspectorError } from '../protocol/engine-error.ts';
import { inspectorErrors, parseFailure } from '../protocol/errors.ts';
import type { InspectorRequests } from '../protocol/inspector.ts';
import { serveEngine } from '../serve-engine.ts';
import { hashFile } from './hash-file.ts';

/** Validates and describes a GGUF file; a bad file is an `InspectorError` with the GGUF code. */
async function inspectModel({ path }: { path: string }): Promise<ModelInfo> {
  try {
    return modelInfo(await readGguf(path));
  } catch (error) {
    if (error instanceof GgufError) throw new InspectorError(error.code, error.message, { path });
    throw error;
  }
}

/** Looks into a project file that may come from anyone, in this process that may be killed. */
function inspectProject({ path }: { path: string }): Promise<{ schemaVersion: number }> {
  try {
    return Promise.resolve({ schemaVersion: inspectProjectFile(path) });
  } catch (error) {
    if (!(error instanceof StoreError)) return Promise.reject(error);
    const { code, message, data } = parseFailure(inspectorErrors, error);
    return Promise.reject(new InspectorError(code, message, data));
  }
}

serveEngine<InspectorRequests>('inspector', { inspectModel, hashFile, inspectProject });
