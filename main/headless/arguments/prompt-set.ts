import { stat } from 'node:fs/promises';
import { basename, extname, resolve } from 'node:path';
import { ORPCError } from '@orpc/server';
import type { PromptSet } from '../../../shared/domain/evaluate/evaluation.ts';
import { formatCount, formatQuantity } from '../../../shared/text/numbers.ts';
import { promptCount, repeatedText } from '../../../shared/text/evaluate/prompts.ts';
import { didYouMean } from '../../../shared/text/near-name.ts';
import type { OptionTable } from '../cli/command.ts';
import { CommandError } from '../cli/command-error.ts';
import { findNamed } from './find-named.ts';
import type { CoreClient } from '../cli/open-core.ts';
import type { Terminal } from '../cli/terminal.ts';

/** The option of a command that asks prompts: how a file of conversations is read. */
export const dialoguesOption = {
  dialogues: {
    type: 'boolean',
    description:
      'ask every user turn of the conversations in a prompts file, each system on its own answers; those in the file are left out',
  },
} as const satisfies OptionTable;

/** A prompt set of the project by name or id; a file is imported into the project first. */
export async function resolvePromptSet(
  client: CoreClient,
  text: string,
  terminal: Terminal,
  asDialogues = false,
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
  const imported = await importPrompts(client, { path, asDialogues }, sets);
  noteImport(terminal, text, imported);
  return imported.set;
}

/** Says what became of a file of prompts; `file` as the person named it. */
export function noteImport(
  terminal: Terminal,
  file: string,
  {
    set,
    read,
    unusable,
    repeated,
    errors,
    errorsTotal,
  }: Awaited<ReturnType<CoreClient['prompts']['import']>>,
): void {
  terminal.note(
    `${file}: ${formatQuantity(read, 'row')} read, ${promptCount({ ...set, prompts: read - unusable })}` +
      `${unusable > 0 ? `, ${formatCount(unusable)} not usable` : ''}.`,
  );
  if (repeated > 0) terminal.note(`${file}: ${repeatedText(repeated)}`);
  for (const { line, message } of errors)
    terminal.note(`${file}, line ${line}: ${message}; the line was left out.`);
  const unlisted = errorsTotal - errors.length;
  if (unlisted > 0)
    terminal.note(`${file}: ${formatQuantity(unlisted, 'more line')} were left out.`);
}

/** The same prompts are the same set; other prompts in a file of the same name get a number. */
async function importPrompts(
  client: CoreClient,
  file: { path: string; asDialogues: boolean },
  sets: readonly PromptSet[],
) {
  const { path } = file;
  try {
    return await client.prompts.import(file);
  } catch (error) {
    if (!(error instanceof ORPCError) || error.code !== 'NAME_TAKEN') throw error;
    const stem = basename(path, extname(path));
    const isTaken = (name: string) => sets.some((set) => set.name === name);
    let number = 2;
    while (isTaken(`${stem} ${number}`)) number++;
    return await client.prompts.import({ ...file, name: `${stem} ${number}` });
  }
}
