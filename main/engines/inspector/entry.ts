import { createHash } from 'node:crypto';
import { z } from 'zod';
import { type InputFile, openInputFile } from '../../input-files/input-file.ts';
import { modelInfoSchema, type ModelInfo } from '../../../shared/domain/model.ts';
import { GgufError } from '../../gguf/header/gguf-error.ts';
import { modelInfo } from '../../gguf/model/model-info.ts';
import { readGguf } from '../../gguf/read-gguf.ts';
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

/** SHA-256 of a file in constant memory, with progress and cancel. */
async function hashFile({ path }: Request['params'], context: Context): Promise<Request['result']> {
  try {
    await using file = await openInputFile(path);
    return await hashHandle(file, context);
  } catch (error) {
    context.signal.throwIfAborted();
    const reason = error instanceof Error ? error.message : String(error);
    throw new InspectorError(
      'FILE_UNREADABLE',
      `Cannot read ${path}: ${reason}. Check the path, the permissions and the disk.`,
      { path },
    );
  }
}

async function hashHandle(
  { handle, stats }: InputFile,
  context: Context,
): Promise<Request['result']> {
  const hash = createHash('sha256');
  const totalBytes = stats.size;
  let sizeBytes = 0;
  let reportedMs = performance.now();
  // The stream reads ahead while a chunk is hashed; it closes the file on abort as well.
  const stream = handle.createReadStream({ highWaterMark: chunkBytes, signal: context.signal });
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    hash.update(chunk);
    sizeBytes += chunk.length;
    if (performance.now() - reportedMs < progressIntervalMs) continue;
    reportedMs = performance.now();
    context.emit({ type: 'hashed', bytes: sizeBytes, totalBytes });
  }
  return { sha256: hash.digest('hex'), sizeBytes };
}

/** Validates and describes a GGUF file; a bad file is an `InspectorError` with the GGUF code. */
async function inspectModel({ path }: { path: string }): Promise<ModelInfo> {
  try {
    const info = modelInfoSchema.safeParse(modelInfo(await readGguf(path)));
    if (info.success) return info.data;
    throw new GgufError(
      'GGUF_INVALID',
      `The header of ${path} makes no sense: ${z.prettifyError(info.error)}`,
    );
  } catch (error) {
    if (error instanceof GgufError) throw new InspectorError(error.code, error.message, { path });
    throw error;
  }
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
