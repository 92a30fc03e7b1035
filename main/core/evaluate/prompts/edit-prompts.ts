import type { PromptSetDetails } from '../../../../shared/contract/prompts.ts';
import type { Prompt, PromptSet } from '../../../../shared/domain/evaluate/evaluation.ts';
import {
  changedPrompts,
  promptProblem,
  type EditedPrompt,
  type PromptChange,
} from '../../../../shared/domain/evaluate/prompt-edit.ts';
import { withTransaction, type Database } from '../../../store/database.ts';
import { markOneDeleted, purgeDeleted } from '../../../store/labels/purge-deleted.ts';
import { idOfName, renameThing } from '../../../store/labels/rename-thing.ts';
import { addLabel } from '../../../store/repositories/labels.ts';
import {
  frozenPromptsOf,
  hashPrompts,
  type NewPrompt,
} from '../../../store/repositories/prompt-sets.ts';
import { insertVersion, versionsOf } from '../../../store/repositories/prompts/prompt-versions.ts';
import { AppError } from '../../base/app-error.ts';
import type { CoreState } from '../../project/core-state.ts';
import type { ProjectSession } from '../../project/project-session.ts';
import { promptSetById, promptSetDetails, requireNewest } from './prompt-set-details.ts';
import { tagEdited } from './tag-prompts.ts';

const mostPrompts = 100_000;

/** Stores the prompts of a set with changes as its next version, and the tags that they give. */
export function editPrompts(
  state: CoreState,
  session: ProjectSession,
  { id, changes }: { id: string; changes: readonly PromptChange[] },
): PromptSetDetails {
  const { db } = session.file;
  const set = requireNewest(session, id);
  const before: (Prompt | EditedPrompt)[] = frozenPromptsOf(db, set);
  const edits: { before: Prompt | EditedPrompt | undefined; after: EditedPrompt }[] = [];
  const prompts = changes.reduce((list, change) => {
    if ('prompt' in change) {
      refuseNoPrompt(change.prompt);
      const replaced = change.do === 'replace' ? list[change.ordinal] : undefined;
      edits.push({ before: replaced, after: change.prompt });
    }
    return changed(list, change);
  }, before);
  return withTransaction(db, () => {
    const newId = storeVersion(db, set, prompts.map(toNewPrompt), state.settings.author);
    tagEdited(db, edits, state.settings.author);
    session.changes.touch('prompts', 'evaluations', 'labels');
    return promptSetDetails(session, newId);
  });
}

function changed(list: (Prompt | EditedPrompt)[], change: PromptChange) {
  try {
    return changedPrompts<Prompt>(list, change);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new AppError('INVALID_INPUT', `Nothing was changed: ${error.message}`);
  }
}

function refuseNoPrompt({ messages }: EditedPrompt): void {
  const problem = promptProblem(messages);
  if (problem !== undefined)
    throw new AppError('INVALID_INPUT', `This is no prompt: ${problem}. Nothing was changed.`);
}

const toNewPrompt = (prompt: Prompt | EditedPrompt): NewPrompt => ({
  messages: prompt.messages.map(({ role, content }) => ({ role, content })),
  license: prompt.license,
  source: prompt.source,
  ...(prompt.expected !== null && { expected: prompt.expected }),
});

/** Stores other prompts under the name of a set; the same prompts are the same version. */
function storeVersion(
  db: Database,
  set: PromptSet,
  prompts: readonly NewPrompt[],
  author: string,
): string {
  if (prompts.length === 0)
    throw new AppError(
      'INVALID_INPUT',
      `“${set.name}” would have no prompt left: delete the set instead. Nothing was changed.`,
    );
  if (prompts.length > mostPrompts)
    throw new AppError(
      'INVALID_INPUT',
      `“${set.name}” would have ${prompts.length} prompts; a set has at most ${mostPrompts}.`,
    );
  if (isSame(db, set, prompts)) return set.id;
  const name = freeVersionName(db, set);
  renameThing(db, { thing: 'prompt-set', id: set.id }, name, author);
  return insertVersion(db, set, prompts, author);
}

const origins = (list: readonly NewPrompt[]) =>
  JSON.stringify(list.map(({ license, source }) => [license, source]));

function isSame(db: Database, set: PromptSet, prompts: readonly NewPrompt[]): boolean {
  if (hashPrompts(prompts) !== set.contentHash) return false;
  return origins(prompts) === origins(frozenPromptsOf(db, set).map(toNewPrompt));
}

/** “NAME (version 2)”, or with a further number where that is taken. */
function freeVersionName(db: Database, { id, name }: PromptSet): string {
  const base = `${name} (version ${versionsOf(db, id).length}`;
  for (let number = 1; ; number += 1) {
    const free = number === 1 ? `${base})` : `${base}, ${number})`;
    if (idOfName(db, 'prompt-set', free) === undefined) return free;
  }
}

/** Makes the version before the newest one the newest again; one that was asked is kept as well. */
export function undoEdit(state: CoreState, session: ProjectSession, id: string): PromptSetDetails {
  const { db } = session.file;
  const set = requireNewest(session, id);
  const [newest, before] = versionsOf(db, id);
  if (!newest || !before)
    throw new AppError('INVALID_STATE', `“${set.name}” was not edited: there is nothing to undo`, {
      id,
    });
  if (newest.evaluations > 0) return restoreVersion(state, session, { id, versionId: before.id });
  const { author } = state.settings;
  withTransaction(db, () => {
    markOneDeleted(db, { thing: 'prompt-set', id }, author);
    purgeDeleted(db);
    renameThing(db, { thing: 'prompt-set', id: before.id }, set.name, author);
  });
  session.changes.touch('prompts', 'evaluations', 'labels');
  return promptSetDetails(session, before.id);
}

/** Stores the prompts of an earlier version as the next one. */
export function restoreVersion(
  state: CoreState,
  session: ProjectSession,
  { id, versionId }: { id: string; versionId: string },
): PromptSetDetails {
  const { db } = session.file;
  const set = requireNewest(session, id);
  if (!versionsOf(db, id).some((version) => version.id === versionId))
    throw new AppError('NOT_FOUND', `“${set.name}” has no such version`, {
      what: 'version of a prompt set',
      id: versionId,
    });
  const prompts = frozenPromptsOf(db, promptSetById(db, versionId)).map(toNewPrompt);
  const newId = withTransaction(db, () => storeVersion(db, set, prompts, state.settings.author));
  session.changes.touch('prompts', 'evaluations', 'labels');
  return promptSetDetails(session, newId);
}

/** Says the licence and the source of a set, as far as they are given. */
export function describeSet(
  state: CoreState,
  session: ProjectSession,
  input: { id: string; license?: string | undefined; source?: string | undefined },
): PromptSetDetails {
  const { db } = session.file;
  const { id } = requireNewest(session, input.id);
  const { author } = state.settings;
  const before = promptSetDetails(session, id);
  for (const field of ['license', 'source'] as const) {
    const value = input[field];
    if (value !== undefined && value !== before[field])
      addLabel(db, { thing: 'prompt-set', id, field, value, author });
  }
  session.changes.touch('prompts');
  return promptSetDetails(session, id);
}
