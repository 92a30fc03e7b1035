import { readFile } from 'node:fs/promises';
import { readGguf } from '../../gguf/read-gguf.ts';
import { writeGguf } from '../../gguf/write-gguf.ts';

/** Copies a model to `target` under another name (`general.name`); nothing else changes. */
export async function copyModelNamed(source: string, target: string, name: string): Promise<void> {
  const { metadata, tensors } = await readGguf(source);
  const bytes = await readFile(source);
  metadata.set('general.name', { type: 'string', value: name });
  await writeGguf(target, {
    metadata: Array.from(metadata, ([key, value]) => ({ key, ...value })),
    tensors: tensors.map(({ name: tensorName, ne, type, offsetBytes, sizeBytes }) => {
      const data = bytes.subarray(offsetBytes, offsetBytes + sizeBytes);
      return { name: tensorName, ne, type, data };
    }),
  });
}
