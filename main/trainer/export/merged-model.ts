import type { ExportType } from '../../../shared/domain/export.ts';
import type { ExportParams, ExportProgress } from '../../engines/protocol/trainer.ts';
import { TrainerError } from '../../engines/protocol/errors.ts';
import type { RequestContext } from '../../engines/serve-engine.ts';
import { tensorSizeBytes } from '../../gguf/header/tensor-types.ts';
import { writeGgufStream } from '../../gguf/write/write-gguf.ts';
import { getString } from '../../gguf/header/gguf-file.ts';
import { chatTemplateKey } from '../../gguf/model/chat-template.ts';
import type { ModelFile } from '../weights/model-file.ts';
import { metadataOfModel } from './gguf-checkpoint.ts';
import { type LoraFactors, findUnusable, isAdapter, readFactors } from './lora-factors.ts';
import { mergedChunks, type MergedTensor } from './merge-weights.ts';
import { typesOf } from './quantization-mix.ts';

/** What a merge is made of: base and adapter, or a whole trained model and no adapter. */
interface MergeSources {
  base: ModelFile;
  checkpoint: ModelFile;
}

type MergeParams = Pick<ExportParams, 'strength' | 'name' | 'taught'> & { type: ExportType };

/**
 * Writes base + strength · adapter as one GGUF file, tensor by tensor. A checkpoint that is a
 * whole model is converted: its strength can only be 1.
 */
export async function writeMergedModel(
  { base, checkpoint }: MergeSources,
  { type, strength, name, taught }: MergeParams,
  { path, context }: { path: string; context: RequestContext<ExportProgress> },
): Promise<{ path: string; sizeBytes: number }> {
  const source = isAdapter(checkpoint) ? base : checkpoint;
  if (source === checkpoint) requireFullStrength(strength);
  const factors = source === base ? await readFactors(checkpoint) : new Map<string, LoraFactors>();
  requireUsable(factors, { base, checkpoint });
  const types = typesOf(source.header.tensors, type);
  const merged = source.header.tensors.map((tensor): MergedTensor => {
    const found = factors.get(tensor.name);
    const change = found && { factors: found, strength };
    return { tensor, type: types.get(tensor.name) ?? tensor.type, change };
  });
  const progress = countedBy(merged, context);
  const tensors = merged.map((one) => ({
    name: one.tensor.name,
    ne: one.tensor.ne,
    type: one.type,
    chunks: () => progress(mergedChunks(source, one, context.signal)),
  }));
  const { sizeBytes } = await writeGgufStream(path, {
    metadata: metadataOfModel(source.header.metadata, {
      name,
      type,
      chatTemplate: getString(checkpoint.header, chatTemplateKey),
      taught,
    }),
    tensors,
  });
  await source.requireUnchanged();
  return { path, sizeBytes };
}

function requireUsable(
  factors: ReadonlyMap<string, LoraFactors>,
  { base, checkpoint }: MergeSources,
): void {
  const problem = findUnusable(factors, base.header);
  if (problem) throw new TrainerError('ADAPTER_UNREADABLE', problem, { path: checkpoint.path });
}

function requireFullStrength(strength: number): void {
  if (strength !== 1)
    throw new TrainerError(
      'EXPORT_REFUSED',
      `This run trained every weight, so there is no adapter whose strength could be ${strength}. ` +
        'Leave the strength at 1.',
    );
}

/** Reports after every chunk how much of the file is written. */
function countedBy(merged: readonly MergedTensor[], context: RequestContext<ExportProgress>) {
  const totalBytes = merged.reduce(
    (sum, { tensor, type }) => sum + Number(tensorSizeBytes(type, tensor.ne)),
    0,
  );
  let doneBytes = 0;
  return async function* counted(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      yield chunk;
      doneBytes += chunk.length;
      context.emit({ doneBytes, totalBytes });
    }
  };
}
