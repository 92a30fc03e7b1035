import { readdir, readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { PlaceAnswer, PlaceEntry, PlaceQuestion } from './places.ts';

// A process of its own that asks the system where things lie. It may wait for ever: then it is killed.

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';

async function linkTarget(path: string): Promise<string | null> {
  try {
    return await readlink(path);
  } catch {
    // No link, or nothing there at all.
    return null;
  }
}

const entryMs = 1000;
const atOnce = 16;

/** What lies in a folder but for hidden things, and whether something in it did not answer. */
async function list(folder: string, most: number): Promise<PlaceAnswer> {
  const names = (await readdir(folder)).filter((name) => !name.startsWith('.')).slice(0, most);
  const entries: PlaceEntry[] = [];
  let isStuck = false;
  const look = async (name: string) => {
    const path = join(folder, name);
    try {
      const late = setTimeout(entryMs, null);
      const stats = await Promise.race([stat(path), late]);
      if (stats === null) isStuck = true;
      else
        entries.push({
          name,
          path,
          isFolder: stats.isDirectory(),
          sizeBytes: stats.size,
          modifiedMs: stats.mtimeMs,
        });
    } catch {
      // A dangling link or a file that vanished meanwhile: nobody could choose it anyway.
    }
  };
  const left = names.values();
  const workers = Array.from({ length: atOnce }, async () => {
    for (const name of left) await look(name);
  });
  await Promise.all(workers);
  return { kind: 'list', entries, isStuck };
}

async function answer(question: PlaceQuestion): Promise<PlaceAnswer> {
  try {
    if (question.ask === 'link') return { kind: 'link', target: await linkTarget(question.path) };
    if (question.ask === 'list') return await list(question.path, question.most);
    await stat(question.path);
    return { kind: 'look' };
  } catch (error) {
    return { kind: 'failed', code: codeOf(error) };
  }
}

process.on('message', ({ id, question }: { id: number; question: PlaceQuestion }) => {
  void answer(question).then((found) => process.send?.({ id, answer: found }, () => undefined));
});
// Nothing is left half done, and an exit would wait for what the system never answers.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
process.send?.({ id: 0, answer: { kind: 'ready' } });
