import type { PromptSetDetails } from '../../../../shared/contract/prompts.ts';
import type { Prompt } from '../../../../shared/domain/evaluate/evaluation.ts';
import type { EditedPrompt } from '../../../../shared/domain/evaluate/prompt-edit.ts';
import type { PromptTag } from '../../../../shared/domain/evaluate/prompt-tags.ts';
import type { Database } from '../../../store/database.ts';
import {
  addTagChanges,
  promptWordsHash,
  standingTags,
  undoTagChanges,
  wordsHashesOf,
  type TagChange,
} from '../../../store/repositories/prompts/prompt-tags.ts';
import { AppError } from '../../base/app-error.ts';
import type { CoreState } from '../../project/core-state.ts';
import type { ProjectSession } from '../../project/project-session.ts';
import { promptSetById, promptSetDetails } from './prompt-set-details.ts';

type Tags = ReadonlyMap<string, readonly PromptTag[]>;

/** What would make tags stand on words, or fall, that do not yet; a computed one becomes a person's. */
function changesOn(
  tags: Tags,
  wordsHash: string,
  { add, remove }: { add: readonly string[]; remove: readonly string[] },
): TagChange[] {
  const standing = tags.get(wordsHash) ?? [];
  const isByPerson = (tag: string) =>
    standing.some((one) => one.tag === tag && one.authorKind === 'human');
  const isThere = (tag: string) => standing.some((one) => one.tag === tag);
  const evidenceOf = (tag: string) => standing.find((one) => one.tag === tag)?.evidence ?? null;
  return [
    ...add.flatMap((tag) =>
      isByPerson(tag) ? [] : [{ wordsHash, tag, isOn: true, evidence: evidenceOf(tag) }],
    ),
    ...remove.flatMap((tag) => (isThere(tag) ? [{ wordsHash, tag, isOn: false }] : [])),
  ];
}

/** Sets tags on the prompts at places of a set, or on all, or takes them off. */
export function tagPrompts(
  state: CoreState,
  session: ProjectSession,
  input: { id: string; ordinals?: number[] | undefined; add: string[]; remove: string[] },
): { set: PromptSetDetails; changed: number } {
  const { db } = session.file;
  const { id, prompts } = promptSetById(db, input.id);
  const beyond = input.ordinals?.find((ordinal) => ordinal >= prompts);
  if (beyond !== undefined)
    throw new AppError(
      'INVALID_INPUT',
      `There is no prompt ${beyond + 1}: the set has ${prompts}. Nothing was changed.`,
    );
  const wanted = input.ordinals && new Set(input.ordinals);
  const hashes = wordsHashesOf(db, id).filter((_, ordinal) => wanted?.has(ordinal) ?? true);
  const tags = standingTags(db);
  const changes = [...new Set(hashes)].flatMap((hash) => changesOn(tags, hash, input));
  const { author } = state.settings;
  if (changes.length > 0) addTagChanges(db, changes, { author, authorKind: 'human' });
  session.changes.touch('prompts', 'evaluations');
  return { set: promptSetDetails(session, id), changed: changes.length };
}

/** Takes the author's last change of tags back. */
export function undoTags(state: CoreState, session: ProjectSession): { changed: number } {
  const changed = undoTagChanges(session.file.db, state.settings.author);
  session.changes.touch('prompts', 'evaluations');
  return { changed };
}

/** Gives edited prompts their tags: those they say, else those that people gave to what they replace. */
export function tagEdited(
  db: Database,
  edits: readonly { before: Prompt | EditedPrompt | undefined; after: EditedPrompt }[],
  author: string,
): void {
  const tags = standingTags(db);
  const changes = edits.flatMap(({ before, after }) => {
    const hash = promptWordsHash(after.messages);
    const old = before ? (tags.get(promptWordsHash(before.messages)) ?? []) : [];
    const given = old.flatMap(({ tag, authorKind }) => (authorKind === 'human' ? [tag] : []));
    const add = after.tags ?? given;
    const standing = (tags.get(hash) ?? []).map(({ tag }) => tag);
    const remove = after.tags ? standing.filter((tag) => !add.includes(tag)) : [];
    const isNew = (tag: string) => !standing.includes(tag);
    return changesOn(tags, hash, { add: add.filter(isNew), remove });
  });
  if (changes.length > 0) addTagChanges(db, changes, { author, authorKind: 'human' });
}

/** Sets the tags that a file says of prompts, each once. */
export function tagImported(
  db: Database,
  prompts: readonly { messages: Prompt['messages']; tags: readonly string[] }[],
  author: string,
): void {
  const tags = standingTags(db);
  const wanted = new Map<string, Set<string>>();
  for (const { messages, tags: own } of prompts) {
    const hash = promptWordsHash(messages);
    const there = new Set((tags.get(hash) ?? []).map(({ tag }) => tag));
    const lacking = own.filter((tag) => !there.has(tag));
    wanted.set(hash, new Set([...(wanted.get(hash) ?? []), ...lacking]));
  }
  const changes = [...wanted].flatMap(([wordsHash, own]) =>
    [...own].map((tag) => ({ wordsHash, tag, isOn: true })),
  );
  if (changes.length > 0) addTagChanges(db, changes, { author, authorKind: 'human' });
}
