import type { PromptSetDetails, TaggedPrompt } from '../../../../shared/contract/prompts.ts';
import type { Prompt, PromptSet } from '../../../../shared/domain/evaluate/evaluation.ts';
import { countTags, type PromptTag } from '../../../../shared/domain/evaluate/prompt-tags.ts';
import type { Database } from '../../../store/database.ts';
import { originOf } from '../../../store/repositories/labels.ts';
import {
  findPromptSet,
  listPromptSets,
  promptsOf,
} from '../../../store/repositories/prompt-sets.ts';
import {
  promptWordsHash,
  standingTags,
  wordsHashesOf,
} from '../../../store/repositories/prompts/prompt-tags.ts';
import { versionsOf } from '../../../store/repositories/prompts/prompt-versions.ts';
import { AppError, found } from '../../base/app-error.ts';
import type { ProjectSession } from '../../project/project-session.ts';

type Tags = ReadonlyMap<string, readonly PromptTag[]>;

function detailsOf(db: Database, set: PromptSet, tags: Tags): PromptSetDetails {
  const tagged = wordsHashesOf(db, set.id).map((hash) => tags.get(hash) ?? []);
  return {
    ...set,
    ...originOf(db, 'prompt-set', set.id),
    tagCounts: countTags(tagged),
    version: versionsOf(db, set.id).length,
  };
}

/** Every prompt set in its newest version. */
export function promptSets({ file: { db } }: ProjectSession): PromptSetDetails[] {
  const tags = standingTags(db);
  return listPromptSets(db).map((set) => detailsOf(db, set, tags));
}

/** One set as lists show it, or NOT_FOUND. */
export function promptSetDetails({ file: { db } }: ProjectSession, id: string): PromptSetDetails {
  return detailsOf(db, promptSetById(db, id), standingTags(db));
}

/** A set in any version, or NOT_FOUND. */
export const promptSetById = (db: Database, id: string): PromptSet =>
  found(findPromptSet(db, 'id', id), 'prompt set', id);

const everyPrompt = 10_000_000;

/** All prompts of a set with the tags on their words, in order. */
export function taggedPrompts(db: Database, promptSetId: string): TaggedPrompt[] {
  const tags = standingTags(db);
  return promptsOf(db, promptSetId, everyPrompt).map((prompt) => withTags(prompt, tags));
}

const withTags = (prompt: Prompt, tags: Tags): TaggedPrompt => ({
  ...prompt,
  tags: [...(tags.get(promptWordsHash(prompt.messages)) ?? [])],
});

/** A set with a part of its prompts, and its versions. */
export function promptSetPage(
  session: ProjectSession,
  { id, from, limit, tag }: { id: string; from: number; limit: number; tag?: string | undefined },
) {
  const { db } = session.file;
  const set = promptSetDetails(session, id);
  const wanted = taggedPrompts(db, id).filter(
    ({ ordinal, tags }) =>
      ordinal >= from && (tag === undefined || tags.some((one) => one.tag === tag)),
  );
  const versions = versionsOf(db, id);
  return {
    set,
    prompts: wanted.slice(0, limit),
    versions: versions.map((version, age) => ({ ...version, version: versions.length - age })),
    newestId: newestOf(db, id),
  };
}

/** The version of a set that lists show; null where that is the set itself, or nothing is listed. */
function newestOf(db: Database, id: string): string | null {
  const newest = listPromptSets(db).find((set) =>
    versionsOf(db, set.id).some((version) => version.id === id),
  );
  return newest === undefined || newest.id === id ? null : newest.id;
}

/** INVALID_STATE with the newest version where a set has been edited, or was deleted. */
export function requireNewest(session: ProjectSession, id: string): PromptSet {
  const { db } = session.file;
  const set = promptSetById(db, id);
  if (listPromptSets(db).some((listed) => listed.id === id)) return set;
  const newest = newestOf(db, id);
  throw new AppError(
    'INVALID_STATE',
    newest === null
      ? `The prompt set “${set.name}” was deleted: what evaluations asked of it stays as it is`
      : `“${set.name}” is an earlier version of a prompt set that was edited since: open the newest ` +
          'one and change that. What evaluations asked of this one stays as it is.',
    { id, ...(newest !== null && { currentVersionId: newest }) },
  );
}
