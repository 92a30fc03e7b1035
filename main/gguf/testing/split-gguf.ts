import { readFileSync } from 'node:fs';
import { modelPartPaths } from '../../../shared/domain/model/model-parts.ts';
import { readGguf } from '../read-gguf.ts';
import type { GgufEntry, TensorToWrite } from '../write/gguf-content.ts';
import { writeGguf } from '../write/write-gguf.ts';

/** How a whole file is cut. */
interface Cut {
  /** What the names of the parts begin with, folder included. */
  stem: string;
  /** How many of the tensors each part but the last holds; the first may hold none. */
  tensors: readonly number[];
  /** Written instead of the right entries of a part, or beside them; `number` is from 1 on. */
  change?: (entries: GgufEntry[], number: number) => GgufEntry[];
}

/** Splits a model as `llama-gguf-split` does; gives the paths of the parts in order. */
export async function splitGguf(
  path: string,
  { stem, tensors: lengths, change = (entries) => entries }: Cut,
): Promise<string[]> {
  const { metadata, tensors } = await readGguf(path);
  const bytes = readFileSync(path);
  const count = lengths.length + 1;
  const paths = modelPartPaths(`${stem}-00001-of-${String(count).padStart(5, '0')}.gguf`);
  let from = 0;
  for (const [index, part] of paths.entries()) {
    const held = tensors.slice(from, from + (lengths[index] ?? tensors.length));
    from += held.length;
    const entries: GgufEntry[] = [
      ...(index === 0 ? [...metadata].map(([key, value]) => ({ key, ...value })) : []),
      { key: 'split.no', type: 'u16', value: index },
      { key: 'split.count', type: 'u16', value: count },
      { key: 'split.tensors.count', type: 'i32', value: tensors.length },
    ];
    const written = held.map(({ name, ne, type, offsetBytes, sizeBytes }): TensorToWrite => ({
      name,
      ne,
      type,
      data: bytes.subarray(offsetBytes, offsetBytes + sizeBytes),
    }));
    await writeGguf(part, { metadata: change(entries, index + 1), tensors: written });
  }
  return paths;
}
