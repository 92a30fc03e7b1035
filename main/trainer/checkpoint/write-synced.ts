import { open } from 'node:fs/promises';

/** Writes a new file that survives a power cut once this resolved; fails if it is there. */
export async function writeSynced(path: string, content: Uint8Array | string): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}
