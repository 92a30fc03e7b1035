import { createHash } from 'node:crypto';
import { flushCompileCache } from 'node:module';
import { modelPartPaths } from '../../../shared/domain/model/model-parts.ts';
import { type InputFile, openInputFile } from '../../input-files/input-file.ts';
import {
  bringCopyForward,
  inspectPages,
  inspectSchema,
  readInspected,
} from '../../store/file/inspect-project-file.ts';
import {
  describeProjectFile,
  findRowsIn,
  verifyCopy,
  verifyProjectFile,
} from '../../store/file/verify-project.ts';
import { projectContents } from '../../store/repositories/project/project-contents.ts';
import { StoreError } from '../../store/store-error.ts';
import { InspectorError, inspectorErrors, parseFailure } from '../protocol/errors.ts';
import type { InspectorRequests } from '../protocol/inspector.ts';
import { serveEngine, type RequestContext } from '../serve-engine.ts';

const chunkBytes = 1024 * 1024;
const progressIntervalMs = 100;

type Request = InspectorRequests['hashFile'];
type Context = RequestContext<Request['event']>;

/** SHA-256 of a file, of a split model all parts in order, in constant memory and with progress. */
async function hashFile({ path }: Request['params'], context: Context): Promise<Request['result']> {
  await using opened = new AsyncDisposableStack();
  const files: InputFile[] = [];
  for (const part of modelPartPaths(path))
    files.push(opened.use(await unlessUnreadable(part, context, () => openInputFile(part))));
  const hash = createHash('sha256');
  const report = progressOf(files, context);
  let sizeBytes = 0;
  for (const [index, file] of files.entries())
    await unlessUnreadable(modelPartPaths(path)[index] ?? path, context, async () => {
      for await (const chunk of chunksOf(file, context.signal)) {
        hash.update(chunk);
        sizeBytes += chunk.length;
        report(sizeBytes);
      }
    });
  return { sha256: hash.digest('hex'), sizeBytes };
}

async function unlessUnreadable<Result>(
  path: string,
  { signal }: Context,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    signal.throwIfAborted();
    const reason = error instanceof Error ? error.message : String(error);
    throw new InspectorError(
      'FILE_UNREADABLE',
      `Cannot read ${path}: ${reason.replace(/\.$/, '')}. Check the path, the permissions and the disk.`,
      { path },
    );
  }
}

/** The stream reads ahead while a chunk is hashed; it closes the file on abort as well. */
const chunksOf = ({ handle }: InputFile, signal: AbortSignal): AsyncIterable<Buffer> =>
  handle.createReadStream({ highWaterMark: chunkBytes, signal, autoClose: false });

function progressOf(files: readonly InputFile[], context: Context): (bytes: number) => void {
  const totalBytes = files.reduce((sum, { stats }) => sum + stats.size, 0);
  let reportedMs = performance.now();
  return (bytes) => {
    if (performance.now() - reportedMs < progressIntervalMs) return;
    reportedMs = performance.now();
    context.emit({ type: 'hashed', bytes, totalBytes });
  };
}

type Model = InspectorRequests['inspectModel'];
type Template = InspectorRequests['tryTemplate'];

// Loaded when it is asked for, and kept compiled: most inspectors look into a project.

async function inspectModel(params: Model['params']): Promise<Model['result']> {
  const models = await import('./inspect-model.ts');
  flushCompileCache();
  return await models.inspectModel(params);
}

async function tryTemplate(params: Template['params']): Promise<Template['result']> {
  const models = await import('./inspect-model.ts');
  flushCompileCache();
  return await models.tryTemplateOf(params);
}

/** Looks into a project file that may come from anyone, in this process that may be killed. */
function inspect<Result>(look: () => Result): Promise<Result> {
  try {
    return Promise.resolve(look());
  } catch (error) {
    if (!(error instanceof StoreError)) return Promise.reject(error);
    const { code, message, data } = parseFailure(inspectorErrors, error);
    return Promise.reject(new InspectorError(code, message, data));
  }
}

serveEngine<InspectorRequests>('inspector', {
  inspectModel,
  tryTemplate,
  hashFile,
  inspectProject: ({ path, copy }) => inspect(() => inspectSchema(path, copy)),
  readContents: ({ path, copy }) => inspect(() => readInspected(path, copy, projectContents)),
  bringCopyForward: ({ path, copy }) =>
    inspect(() => {
      bringCopyForward(path, copy);
      return null;
    }),
  inspectPages: ({ path, copy }) =>
    inspect(() => {
      inspectPages(path, copy);
      return null;
    }),
  describeProject: ({ path }) => inspect(() => describeProjectFile(path)),
  verifyProject: ({ path }) => inspect(() => verifyProjectFile(path)),
  findRows: ({ path, wanted }) => inspect(() => findRowsIn(path, wanted)),
  verifyCopy: ({ path }) =>
    inspect(() => {
      verifyCopy(path);
      return null;
    }),
});
