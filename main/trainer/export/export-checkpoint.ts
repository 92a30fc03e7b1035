import { existsSync } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { exportTypeSchema } from '../../../shared/domain/export.ts';
import { syncFolder } from '../../side-files/sync-folder.ts';
import type { ExportParams, ExportProgress, ExportResult } from '../../engines/protocol/trainer.ts';
import { TrainerError } from '../../engines/protocol/errors.ts';
import type { RequestContext } from '../../engines/serve-engine.ts';
import { ModelFile } from '../weights/model-file.ts';
import { writeGgufCopy } from './gguf-copy.ts';
import { isAdapter } from './lora-factors.ts';
import { writeMergedModel } from './merged-model.ts';
import { writeOllamaFolder } from './ollama-folder.ts';
import { writePeftAdapter } from './peft-adapter.ts';

type Context = RequestContext<ExportProgress>;

interface Opened {
  base: ModelFile;
  checkpoint: ModelFile;
  params: ExportParams;
}

/**
 * Writes a checkpoint in another form. The output appears by one rename when it is complete; an
 * abort or a full disk leaves nothing. Throws FILE_EXISTS, EXPORT_REFUSED, DISK_FULL and the codes
 * of model files.
 */
export async function exportCheckpoint(
  params: ExportParams,
  context: Context,
): Promise<ExportResult> {
  if (existsSync(params.outPath))
    throw new TrainerError('FILE_EXISTS', `${params.outPath} is there already.`, {
      path: params.outPath,
    });
  await using base = await ModelFile.open(params.basePath);
  await using checkpoint = await ModelFile.open(params.checkpointPath);
  try {
    return await write({ base, checkpoint, params }, context);
  } catch (error) {
    throw toExportError(params.outPath, error);
  }
}

async function write(opened: Opened, context: Context): Promise<ExportResult> {
  const { base, checkpoint, params } = opened;
  const { kind, type, strength, baseSha256, taught, outPath: path } = params;
  if (kind === 'gguf')
    return {
      files: [await writeGgufCopy(path, { checkpoint, strength, baseSha256, taught }, context)],
    };
  if (kind === 'ollama' && type === null && isAdapter(checkpoint)) requireOneFile(base);
  if (kind === 'ollama')
    return await writeOutputFolder(path, (folder) => writeOllamaFolder(folder, opened, context));
  if (kind === 'merged') {
    if (type === null)
      throw refused(`A merged model needs a type: one of ${exportTypeSchema.options.join(', ')}.`);
    const model = await writeMergedModel(
      { base, checkpoint },
      { ...params, type },
      { path, context },
    );
    return { files: [model] };
  }
  if (!isAdapter(checkpoint))
    throw refused('This run trained every weight, so there is no adapter for PEFT.');
  return await writeOutputFolder(path, (folder) =>
    writePeftAdapter(folder, { base, baseSha256, checkpoint }, strength),
  );
}

/** A Modelfile names one file: of a split model, Ollama would take the first part for all of it. */
function requireOneFile({ header, path }: ModelFile): void {
  if (header.parts.length > 1)
    throw refused(
      `Ollama reads no model in ${header.parts.length} parts, as ${path} is one. Choose a type, so that ` +
        'the model is written in one file.',
    );
}

const refused = (message: string) => new TrainerError('EXPORT_REFUSED', message);

/** Fills a folder under a temporary name; `fill` gives the names of its files. */
async function writeOutputFolder(
  path: string,
  fill: (partialPath: string) => Promise<string[]>,
): Promise<ExportResult> {
  const partialPath = `${path}.${process.pid}.partial`;
  // Not inside: what has this name already is not ours to remove.
  await mkdir(partialPath);
  try {
    const names = await fill(partialPath);
    await syncFolder(partialPath);
    await rename(partialPath, path);
    await syncFolder(dirname(path));
    const files = names.map(async (name) => {
      const filePath = join(path, name);
      return { path: filePath, sizeBytes: (await stat(filePath)).size };
    });
    return { files: await Promise.all(files) };
  } catch (error) {
    await rm(partialPath, { recursive: true, force: true });
    throw error;
  }
}

function toExportError(path: string, error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG')
    return new TrainerError(
      'DISK_FULL',
      `There is no space left to write ${path}; nothing of it stays.`,
      { path },
    );
  if (code === 'EEXIST')
    return new TrainerError(
      'FILE_EXISTS',
      `${path} cannot be written: something has the name of its temporary folder ` +
        `(${basename(path)}.${process.pid}.partial). Move it away, then try again.`,
      { path },
    );
  if (code === 'ENOENT' || code === 'EACCES' || code === 'EROFS' || code === 'ENOTDIR')
    return new TrainerError(
      'FILE_UNREADABLE',
      `${path} cannot be written: ${error instanceof Error ? error.message : code}. ` +
        'Choose an existing folder that may be written to.',
      { path },
    );
  return error;
}
