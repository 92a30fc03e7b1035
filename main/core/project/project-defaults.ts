import type { Recipe } from '../../../shared/domain/recipe/recipe.ts';
import type {
  ProjectDefaults,
  ProjectDefaultsChange,
} from '../../../shared/domain/project/project-defaults.ts';
import {
  findProjectDefaults,
  newestSettings,
  storeProjectDefaults,
} from '../../store/repositories/project/project-defaults.ts';
import { isDeleted } from '../../store/repositories/labels.ts';
import { findPromptSet } from '../../store/repositories/prompt-sets.ts';
import { found } from '../base/app-error.ts';
import type { ProjectSession } from './project-session.ts';

/** What the forms open with: what the project keeps, else what its newest work was made with. */
export function projectDefaults({ file: { db } }: ProjectSession): ProjectDefaults {
  const kept = findProjectDefaults(db);
  const newest = newestSettings(db);
  // A set that was deleted since, or that a copy of the project does not have, is no default.
  const keptSet =
    kept.promptsHash === null ? undefined : findPromptSet(db, 'content_hash', kept.promptsHash);
  const newestSet = newest.promptSetId;
  const isThere = newestSet !== null && !isDeleted(db, { thing: 'prompt-set', id: newestSet });
  return {
    recipe: first(withoutAdapter(kept.recipe), withoutAdapter(newest.recipe)),
    promptSetId: first(keptSet?.id ?? null, isThere ? newestSet : null),
    sampling: first(kept.sampling, newest.sampling),
  };
}

/** To go on from an adapter is decided for one run: the next one begins with a new adapter. */
const withoutAdapter = (recipe: Recipe | null): Recipe | null =>
  recipe && { ...recipe, fromAdapter: '' };

function first<Value>(kept: Value | null, newest: Value | null) {
  if (kept !== null) return { value: kept, origin: 'project' as const };
  return newest === null ? null : { value: newest, origin: 'newest' as const };
}

/** Keeps defaults with the project; NOT_FOUND for a prompt set that it does not have. */
export function keepDefaults(
  session: ProjectSession,
  { recipe, promptSetId, sampling }: ProjectDefaultsChange,
): ProjectDefaults {
  const { db } = session.file;
  const kept = findProjectDefaults(db);
  storeProjectDefaults(db, {
    recipe: recipe === undefined ? kept.recipe : recipe,
    promptsHash: promptSetId === undefined ? kept.promptsHash : hashOf(session, promptSetId),
    sampling: sampling === undefined ? kept.sampling : sampling,
  });
  session.changes.touch('project');
  return projectDefaults(session);
}

function hashOf({ file: { db } }: ProjectSession, promptSetId: string | null): string | null {
  if (promptSetId === null) return null;
  return found(findPromptSet(db, 'id', promptSetId), 'prompt set', promptSetId).contentHash;
}
