import { basename } from 'node:path';
import {
  type Prompt,
  type PromptSet,
  repeatedPrompts,
} from '../../../shared/domain/evaluate/evaluation.ts';
import {
  findPromptSet,
  hashPrompts,
  insertPromptSet,
  promptsOf,
} from '../../store/repositories/prompt-sets.ts';
import { AppError, found } from '../base/app-error.ts';
import type { CoreState } from '../project/core-state.ts';
import { readPrompts } from '../curate/import/formats/prompts.ts';
import type { GuardedPath } from '../files/guarded-path.ts';
import type { ProjectSession } from '../project/project-session.ts';

/** What became of a prompt file; of many bad lines the first thousand are listed. */
interface ImportedPrompts {
  set: PromptSet;
  read: number;
  unusable: number;
  repeated: number;
  errors: { line: number; message: string }[];
  errorsTotal: number;
}

/**
 * Imports a prompt file as a frozen set; bad lines are reported and left out. The same prompts
 * again are the same set, unless another name is asked for.
 */
export async function importPrompts(
  state: CoreState,
  session: ProjectSession,
  input: { path: string; name?: string | undefined; asDialogues?: boolean },
  signal?: AbortSignal,
): Promise<ImportedPrompts> {
  const path = state.paths.check(input.path);
  return await state.calls.run([signal], (stopping) =>
    storePrompts(session, { ...input, path }, stopping),
  );
}

/** The same for a path that may be read. */
export async function storePrompts(
  session: ProjectSession,
  input: { path: GuardedPath; name?: string | undefined; asDialogues?: boolean },
  signal?: AbortSignal,
): Promise<ImportedPrompts> {
  const { path, asDialogues } = input;
  const name = input.name ?? basename(path).replace(/\.(jsonl|json|txt)(\.gz|\.zst)?$/i, '');
  const { db } = session.file;
  const {
    prompts,
    badLines: errors,
    badLinesTotal: errorsTotal,
    ...rows
  } = await readPrompts(path, { signal, ...(asDialogues !== undefined && { asDialogues }) });
  if (prompts.length === 0)
    throw new AppError(
      'FILE_FORMAT_UNKNOWN',
      `${path} holds no prompt: use JSON Lines with prompt, messages, instruction, conversations or turns, ` +
        `or one prompt a line. ${errors[0] ? `Line ${errors[0].line}: ${errors[0].message}` : ''}`,
      { path },
    );
  const repeated = repeatedPrompts(prompts.map(({ messages }) => messages));
  const known = findPromptSet(db, 'content_hash', hashPrompts(prompts));
  if (known && (input.name === undefined || known.name === input.name))
    return { set: known, ...rows, repeated, errors, errorsTotal };
  if (findPromptSet(db, 'name', name))
    throw new AppError(
      'NAME_TAKEN',
      `There is a prompt set “${name}” already: choose another name`,
      {
        name,
      },
    );
  const id = insertPromptSet(db, name, prompts);
  session.changes.touch('prompts');
  const set = found(findPromptSet(db, 'id', id), 'prompt set', id);
  return { set, ...rows, repeated, errors, errorsTotal };
}

/** A prompt set with its first prompts, or NOT_FOUND. */
export function promptSet(
  { file: { db } }: ProjectSession,
  { id, limit }: { id: string; limit: number },
): { set: PromptSet; prompts: Prompt[] } {
  const set = found(findPromptSet(db, 'id', id), 'prompt set', id);
  return { set, prompts: promptsOf(db, set.id, limit) };
}
