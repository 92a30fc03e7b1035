import { basename, dirname } from 'node:path';
import { exportTypeSchema, type ExportRequest } from '../../../shared/domain/export.ts';
import type { JobSnapshot } from '../../../shared/domain/job.ts';
import type { InferenceRequests } from '../../engines/protocol/inference.ts';
import type { TaughtFormat } from '../../engines/protocol/trainer.ts';
import { explainError } from '../base/explain-error.ts';
import type { ExportDraft } from '../files/export-files.ts';
import { startInference, startTrainer, toRead } from '../files/guarded-engines.ts';
import type { GuardedPath } from '../files/guarded-path.ts';
import { AppError } from '../base/app-error.ts';
import { protectedBy, type CoreState } from '../project/core-state.ts';
import type { JobContext, JobHandler } from '../jobs/job-handler.ts';
import { usableCheckpoint } from '../models/checkpoints.ts';
import { usableModel, verifyFiles } from '../models/model-service.ts';
import type { ProjectSession } from '../project/project-session.ts';
import { runById } from './run-service.ts';

/** Queues an export; what cannot be done is refused before. */
export async function startExport(
  state: CoreState,
  session: ProjectSession,
  request: ExportRequest,
): Promise<JobSnapshot> {
  const path = state.exports.decideNew(request.path, await protectedBy(session));
  const checkpoint = usableCheckpoint(session, request.checkpointId);
  const { recipe } = runById(session, checkpoint.runId);
  if (request.kind === 'merged' && request.type === null)
    throw new AppError(
      'INVALID_INPUT',
      `A merged model needs a type: one of ${exportTypeSchema.options.join(', ')}.`,
      {},
    );
  if (recipe.method === 'full' && (request.kind === 'peft' || request.strength !== 1))
    throw new AppError(
      'INVALID_INPUT',
      'This run trained every weight: there is no adapter to export as PEFT or to give a strength.',
      { runId: checkpoint.runId },
    );
  return session.jobs.start({
    kind: 'export',
    title: `Export ${checkpoint.runName} as ${basename(path)}`,
    subjectId: checkpoint.id,
    payload: { ...request, path },
  });
}

/** The job behind an export: one trainer process, ended with it. Its result names the files. */
export function exportJob(session: ProjectSession): JobHandler<'export'> {
  return {
    kind: 'export',
    resource: 'disk',
    execute: async ({ checkpointId, kind, type, strength, path }, context) => {
      const checkpoint = usableCheckpoint(session, checkpointId);
      const {
        modelId,
        recipe: { method, chatTemplate },
      } = runById(session, checkpoint.runId);
      const base = await usableModel(session, modelId, context.signal);
      await verifyFiles([checkpoint, ...(kind === 'gguf' ? [] : [base])], context);
      await using draft = session.exports.startElsewhere(path, await protectedBy(session));
      const isWhole = kind === 'merged' || (kind === 'gguf' && method === 'full');
      const forOllama = kind === 'ollama';
      const source = method === 'full' ? checkpoint : base;
      const taught =
        forOllama || (isWhole && !base.info.hasChatTemplate)
          ? await taughtFormat({ basePath: source.path, chatTemplate, forOllama }, context)
          : undefined;
      const reads = [base.path, checkpoint.path];
      await using trainer = startTrainer({ reads, writes: [dirname(path)] });
      const written = trainer.request(
        'export',
        {
          kind,
          type,
          strength,
          outPath: draft.draftPath,
          basePath: base.path,
          baseSha256: base.sha256,
          checkpointPath: checkpoint.path,
          name: `${checkpoint.runName} epoch ${checkpoint.epoch}`,
          ...(taught && { taught }),
        },
        {
          signal: context.signal,
          onEvent: ({ doneBytes, totalBytes }) =>
            context.report({ phase: 'writing', done: doneBytes, total: totalBytes, unit: 'bytes' }),
        },
      );
      const { files } = await written.catch((error: unknown) => {
        throw withTargetName(error, draft);
      });
      await draft.place();
      const sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
      const placed = files.map((file) => draft.path + file.path.slice(draft.draftPath.length));
      return { path: draft.path, files: placed.join('\n'), sizeBytes };
    },
  };
}

/** How the model in a file was taught to talk, read in an inference process that ends with it. */
async function taughtFormat(
  params: InferenceRequests['taughtFormat']['params'] & { basePath: GuardedPath },
  { signal }: JobContext,
): Promise<TaughtFormat> {
  await using engine = startInference(toRead(params.basePath), 1);
  return await engine.request('taughtFormat', params, { signal });
}

/** A failure of the engine in terms of the file that a person asked for, not of its draft. */
function withTargetName(error: unknown, { draftPath, path }: ExportDraft): unknown {
  const explained = explainError(error);
  if (!explained?.message.includes(draftPath)) return error;
  const { code, message, data } = explained;
  return new AppError(code, message.replaceAll(draftPath, path), { ...data, path });
}
