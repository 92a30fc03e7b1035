import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { PromptSet } from '../../shared/domain/prompt-set.ts';
import { CommandError } from './command-error.ts';
import { findNamed } from './find-named.ts';
import type { CoreClient } from './open-core.ts';
import type { Terminal } from './terminal.ts';

/** A prompt set of the project by name or id; a file is imported into the project first. */
export async function resolvePromptSet(
  client: CoreClient,
  text: string,
  terminal: Terminal,
): Promise<PromptSet> {
  const sets = await client.prompts.list();
  if (sets.some((set) => set.name === text || set.id === text))
    return findNamed(sets, text, 'prompt set');
  const path = resolve(text);
  const stats = await stat(path).catch(() => undefined);
  if (!stats?.isFile()) {
    const names = sets.map((set) => set.name);
    throw new CommandError(
      'NOT_FOUND',
      `"${text}" is neither a file nor a prompt set of the project` +
        (names.length === 0 ? '.' : ` (it has: ${names.join(', ')}).`),
      { names },
    );
  }
  const { set, errors } = await client.prompts.import({ path });
  for (const { line, message } of errors)
    terminal.note(`${text}, line ${line}: ${message}; the line was left out.`);
  return set;
}
