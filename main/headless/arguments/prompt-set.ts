import { stat } from 'node:fs/promises';
import { basename, extname, resolve } from 'node:path';
import { ORPCError } from '@orpc/server';
import type { PromptSet } from '../../../shared/domain/evaluate/evaluation.ts';
import { formatCount, formatQuantity } from '../../../shared/text/numbers.ts';
import { repeatedText } from '../../../shared/text/evaluate/prompts.ts';
import { didYouMean } from '../../../shared/text/near-name.ts';
import { CommandError } from '../cli/command-error.ts';
import { findNamed } from './find-named.ts';
import type { CoreClient } from '../cli/open-core.ts';
import type { Terminal } from '../cli/terminal.ts';

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
        (names.length === 0 ? '.' : ` (it has: ${names.join(', ')}).${didYouMean(text, names)}`),
      { names },
    );
  }
  const { set, read, unusable, repeated, errors, errorsTotal } = await importPrompts(
    client,
    path,
    sets,
  );
  terminal.note(
    `${text}: ${formatQuantity(read, 'row')} read, ${formatQuantity(read - unusable, 'prompt')}` +
      `${unusable > 0 ? `, ${formatCount(unusable)} not usable` : ''}.`,
  );
  if (repeated > 0) terminal.note(`${text}: ${repeatedText(repeated)}`);
  for (const { line, message } of errors)
    terminal.note(`${text}, line ${line}: ${message}; the line was left out.`);
  const unlisted = errorsTotal - errors.length;
  if (unlisted > 0)
    terminal.note(`${text}: ${formatQuantity(unlisted, 'more line')} were left out.`);
  return set;
}

/** The same prompts are the same set; other prompts in a file of the same name get a number. */
async function importPrompts(client: CoreClient, path: string, sets: readonly PromptSet[]) {
  try {
    return await client.prompts.import({ path });
  } catch (error) {
    if (!(error instanceof ORPCError) || error.code !== 'NAME_TAKEN') throw error;
    const stem = basename(path, extname(path));
    const isTaken = (name: string) => sets.some((set) => set.name === name);
    let number = 2;
    while (isTaken(`${stem} ${number}`)) number++;
    return await client.prompts.import({ path, name: `${stem} ${number}` });
  }
}
