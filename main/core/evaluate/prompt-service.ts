import { basename } from 'node:path';
import type { PromptSetDetails } from '../../../shared/contract/prompts.ts';
import { repeatedPrompts } from '../../../shared/domain/evaluate/evaluation.ts';
import { withTransaction } from '../../store/database.ts';
import { addLabel } from '../../store/repositories/labels.ts';
import {
  findPromptSet,
  hashPrompts,
  insertPromptSet,
} from '../../store/repositories/prompt-sets.ts';
import { AppError } from '../base/app-error.ts';
import type { CoreState } from '../project/core-state.ts';
import { readPrompts } from '../curate/import/formats/prompts.ts';
import type { GuardedPath } from '../files/guarded-path.ts';
import type { ProjectSession } from '../project/project-session.ts';
import { promptSetDetails } from './prompts/prompt-set-details.ts';
import { tagImported } from './prompts/tag-prompts.ts';

/** What became of a prompt file; of many bad lines the first thousand are listed. */
interface ImportedPrompts {
  set: PromptSetDetails;
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
  input: PromptsImport & { path: string },
  signal?: AbortSignal,
): Promise<ImportedPrompts> {
  const path = state.paths.check(input.path);
  const { author } = state.settings;
  return await state.calls.run([signal], (stopping) =>
    storePrompts(session, { ...input, path, author }, stopping),
  );
}

/** How the set is called, and what is said of all of its prompts. */
interface PromptsImport {
  name?: string | undefined;
  license?: string | undefined;
  source?: string | undefined;
  tags?: string[];
  /** Leaves given answers out, so that every user turn of a conversation is asked. */
  asDialogues?: boolean;
}

/** The same for a path that may be read. */
export async function storePrompts(
  session: ProjectSession,
  input: PromptsImport & { path: GuardedPath; author: string },
  signal?: AbortSignal,
): Promise<ImportedPrompts> {
  const { path, asDialogues } = input;
  const name =
    input.name ?? basename(path).replace(/\.(jsonl|json|csv|tsv|txt)(\.gz|\.zst)?$/i, '');
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
        `a .csv with such columns, or one prompt a line. ${errors[0] ? `Line ${errors[0].line}: ${errors[0].message}` : ''}`,
      { path },
    );
  const repeated = repeatedPrompts(prompts.map(({ messages }) => messages));
  const outcome = (id: string) => {
    const { author, tags = [] } = input;
    tagImported(
      db,
      prompts.map((prompt) => ({ ...prompt, tags: [...(prompt.tags ?? []), ...tags] })),
      author,
    );
    for (const field of ['license', 'source'] as const) {
      const value = input[field] ?? '';
      if (value !== '') addLabel(db, { thing: 'prompt-set', id, field, value, author });
    }
    session.changes.touch('prompts');
    return { set: promptSetDetails(session, id), ...rows, repeated, errors, errorsTotal };
  };
  const known = findPromptSet(db, 'content_hash', hashPrompts(prompts));
  if (known && (input.name === undefined || known.name === input.name)) return outcome(known.id);
  if (findPromptSet(db, 'name', name))
    throw new AppError(
      'NAME_TAKEN',
      `There is a prompt set “${name}” already: choose another name`,
      {
        name,
      },
    );
  return withTransaction(db, () => outcome(insertPromptSet(db, name, prompts)));
}
