import type { TaggedPrompt } from '../../../../shared/contract/prompts.ts';
import { frozenPromptsOf } from '../../../store/repositories/prompt-sets.ts';
import { type CoreState, protectedBy } from '../../project/core-state.ts';
import type { ProjectSession } from '../../project/project-session.ts';
import { promptSetById, taggedPrompts } from './prompt-set-details.ts';

/** Writes a set as JSON Lines, complete or not at all; the tags are those of now. */
export async function exportPrompts(
  state: CoreState,
  session: ProjectSession,
  input: { id: string; path: string; overwrite: boolean },
): Promise<{ path: string; prompts: number; sizeBytes: number }> {
  const { db } = session.file;
  const set = promptSetById(db, input.id);
  // What leaves under the name of a set is what was stored of it.
  frozenPromptsOf(db, set, 0);
  const lines = taggedPrompts(db, set.id).map((prompt) => `${JSON.stringify(lineOf(prompt))}\n`);
  const text = lines.join('');
  const wish = { overwrite: input.overwrite, project: await protectedBy(session) };
  await using draft = await state.exports.start(input.path, wish);
  await draft.file.writeFile(text);
  await draft.place();
  return { path: draft.path, prompts: lines.length, sizeBytes: Buffer.byteLength(text) };
}

/** A prompt as an import reads it again: one question by its text, more turns as messages. */
function lineOf({ messages, expected, tags, license, source }: TaggedPrompt) {
  const [only] = messages;
  const isOne = messages.length === 1 && only?.role === 'user';
  return {
    ...(isOne ? { prompt: only.content } : { messages }),
    ...(expected !== null && { expected }),
    ...(tags.length > 0 && { tags: tags.map(({ tag }) => tag) }),
    ...(license !== '' && { license }),
    ...(source !== '' && { source }),
  };
}
