import { inspectProjectFile } from '../../store/file/inspect-project-file.ts';
import { StoreError } from '../../store/store-error.ts';
import { InspectorError } from '../protocol/engine-error.ts';
import { inspectorErrors, parseFailure } from '../protocol/errors.ts';

/** Looks into a project file that may come from anyone, in this process that may be killed. */
export function inspectProject({ path }: { path: string }): Promise<{ schemaVersion: number }> {
  try {
    return Promise.resolve({ schemaVersion: inspectProjectFile(path) });
  } catch (error) {
    if (!(error instanceof StoreError)) return Promise.reject(error);
    const { code, message, data } = parseFailure(inspectorErrors, error);
    return Promise.reject(new InspectorError(code, message, data));
  }
}
