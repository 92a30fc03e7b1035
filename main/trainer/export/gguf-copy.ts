import { getNumber } from '../../gguf/header/gguf-file.ts';
import type { ExportProgress, TaughtFormat } from '../../engines/protocol/trainer.ts';
import { TrainerError } from '../../engines/protocol/errors.ts';
import type { RequestContext } from '../../engines/serve-engine.ts';
import { adapterBaseKey } from '../../gguf/model/adapter-base.ts';
import type { GgufEntry } from '../../gguf/write/gguf-content.ts';
import { writeGgufStream } from '../../gguf/write/write-gguf.ts';
import type { ModelFile } from '../weights/model-file.ts';
import { carriedEntries } from './gguf-checkpoint.ts';
import { isAdapter } from './lora-factors.ts';

interface GgufCopy {
  checkpoint: ModelFile;
  strength: number;
  baseSha256: string;
  taught?: TaughtFormat | undefined;
}

/**
 * Copies a checkpoint as it is, except that a strength other than 1 becomes part of the adapter's
 * alpha, by which llama.cpp scales it, and that an adapter tells the base it was trained on.
 */
export async function writeGgufCopy(
  path: string,
  { checkpoint, strength, baseSha256, taught }: GgufCopy,
  context: RequestContext<ExportProgress>,
): Promise<{ path: string; sizeBytes: number }> {
  const { header } = checkpoint;
  const alpha = getNumber(header, 'adapter.lora.alpha');
  if (strength !== 1 && (!isAdapter(checkpoint) || !alpha))
    throw new TrainerError('EXPORT_REFUSED', 'Only an adapter with an alpha can have a strength.');
  const totalBytes = header.tensors.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  let doneBytes = 0;
  const tensors = header.tensors.map((tensor) => ({
    ...tensor,
    chunks: async function* chunks() {
      for await (const chunk of checkpoint.chunks(tensor, 1)) {
        context.signal.throwIfAborted();
        yield chunk;
        doneBytes += chunk.length;
        context.emit({ doneBytes, totalBytes });
      }
    },
  }));
  const carried = isAdapter(checkpoint) ? [] : carriedEntries(header.metadata, taught);
  const replaced = new Set(carried.map(({ key }) => key));
  const kept = [...header.metadata].filter(([key]) => !replaced.has(key));
  const metadata: GgufEntry[] = kept.map(([key, value]) =>
    key === 'adapter.lora.alpha' && alpha !== undefined
      ? { key, type: 'f32' as const, value: alpha * strength }
      : { key, ...value },
  );
  if (isAdapter(checkpoint) && !header.metadata.has(adapterBaseKey))
    metadata.push({ key: adapterBaseKey, type: 'string', value: baseSha256 });
  metadata.push(...carried);
  const { sizeBytes } = await writeGgufStream(path, { metadata, tensors });
  await checkpoint.requireUnchanged();
  return { path, sizeBytes };
}
