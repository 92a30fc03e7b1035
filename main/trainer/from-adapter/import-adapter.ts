import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { AdapterFacts } from '../../../shared/domain/runs/adapter-facts.ts';
import { TrainerError } from '../../engines/protocol/errors.ts';
import type { ImportAdapterParams } from '../../engines/protocol/trainer.ts';
import { getString, type GgufFile } from '../../gguf/header/gguf-file.ts';
import type { GgufStream } from '../../gguf/write/gguf-content.ts';
import { hashGgufStream, writeGgufStream } from '../../gguf/write/write-gguf.ts';
import { openInputFile } from '../../input-files/input-file.ts';
import { elementType } from '../device/tensor.ts';
import { adapterMetadata } from '../export/gguf-checkpoint.ts';
import { ModelFile } from '../weights/model-file.ts';
import { describeSource, type AdapterSource } from './adapter-source.ts';
import { openGgufAdapter } from './gguf-source.ts';
import { openPeftAdapter, peftFolder } from './peft-source.ts';

/** Name of the adapter that a run started from, in the folder of the run. */
export const fromAdapterFile = 'from-adapter.gguf';

/**
 * Says what an adapter is, and puts it into the folder of a run as one GGUF file: a file of that
 * form byte by byte, an adapter of PEFT with its factors in 32-bit floats. Throws
 * ADAPTER_UNREADABLE, ADAPTER_OTHER_BASE and the codes of model files.
 */
export async function importAdapter(params: ImportAdapterParams): Promise<AdapterFacts> {
  const { adapterPath, basePath, outDir } = params;
  await using base = await ModelFile.open(basePath);
  const folder = await peftFolder(adapterPath);
  await using source =
    folder === undefined
      ? await openGgufAdapter(adapterPath, base.header)
      : await openPeftAdapter(folder, base.header);
  const shape = describeSource(source, base.header);
  const adapterBaseSha256 = requireOwnBase(source, params);
  const target = outDir === undefined ? undefined : join(outDir, fromAdapterFile);
  const sha256 =
    folder === undefined
      ? await copyHashed(adapterPath, target)
      : await writeSource({ source, ...shape }, base.header, target);
  return { ...shape, sha256, adapterBaseSha256 };
}

function requireOwnBase(source: AdapterSource, params: ImportAdapterParams): string | null {
  const { basePath, baseSha256, otherBase } = params;
  const adapterBaseSha256 = source.baseSha256 ?? params.adapterBaseSha256;
  if (adapterBaseSha256 === null || adapterBaseSha256 === baseSha256 || otherBase)
    return adapterBaseSha256;
  throw new TrainerError(
    'ADAPTER_OTHER_BASE',
    `${source.path} was trained on another base model (SHA-256 ${adapterBaseSha256.slice(0, 12)}…) than ` +
      `${basePath} (${baseSha256.slice(0, 12)}…). Choose the base it was trained on.`,
    { path: source.path, baseSha256, adapterBaseSha256 },
  );
}

/** The hash of what was copied, or of the file itself when nothing is. */
async function copyHashed(path: string, target: string | undefined): Promise<string> {
  if (target === undefined) return await hashFile(path);
  const partialPath = `${target}.partial`;
  try {
    const sha256 = await hashFile(path, createWriteStream(partialPath));
    await rename(partialPath, target);
    return sha256;
  } catch (error) {
    await rm(partialPath, { force: true });
    throw error;
  }
}

/** SHA-256 of a file, of which a copy may be written on the way. */
export async function hashFile(path: string, copy?: Writable): Promise<string> {
  const hash = createHash('sha256');
  await using file = await openInputFile(path);
  const chunks: AsyncIterable<Buffer> = file.handle.createReadStream({ autoClose: false });
  const hashed = async function* hashed() {
    for await (const chunk of chunks) {
      hash.update(chunk);
      yield chunk;
    }
  };
  await pipeline(hashed, copy ?? new PassThrough().resume());
  return hash.digest('hex');
}

async function writeSource(
  adapter: { source: AdapterSource; alpha: number },
  base: GgufFile,
  target: string | undefined,
): Promise<string> {
  const stream = toGguf(adapter, getString(base, 'general.architecture') ?? '');
  const written = await (target === undefined
    ? hashGgufStream(stream)
    : writeGgufStream(target, stream));
  return written.sha256;
}

/** In the order of the names, so that equal factors have one hash. */
function toGguf(
  { source, alpha }: { source: AdapterSource; alpha: number },
  architecture: string,
): GgufStream {
  const tensors = [...source.tensors]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { ne, read }]) => ({
      name,
      ne: [...ne],
      type: elementType.f32,
      chunks: async function* chunks() {
        const { buffer, byteOffset, byteLength } = await read();
        yield new Uint8Array(buffer, byteOffset, byteLength);
      },
    }));
  return { metadata: adapterMetadata({ name: 'from PEFT', architecture, alpha }), tensors };
}
