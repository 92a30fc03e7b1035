import { inspectProjectFile } from '../../store/file/inspect-project-file.ts';
import { StoreError } from '../../store/store-error.ts';
import { EngineError } from '../serve-engine.ts';

/** Looks into a project file that may come from anyone, in this process that may be killed. */
export function inspectProject({ path }: { path: string }): Promise<{ schemaVersion: number }> {
  try {
    return Promise.resolve({ schemaVersion: inspectProjectFile(path) });
  } catch (error) {
    if (error instanceof StoreError)
      return Promise.reject(new EngineError(error.code, error.message, error.data));
    return Promise.reject(error);
  }
}
