import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type {
  AnswersOfFile,
  Prompt,
  PromptSet,
} from '../../../shared/domain/evaluate/evaluation.ts';
import type { ImportedIdentity } from '../../../shared/domain/identity.ts';
import type { AnswersImport } from '../../../shared/contract/evaluate.ts';
import { previewLine } from '../../../shared/text/foreign-text.ts';
import { formatQuantity } from '../../../shared/text/numbers.ts';
import { openInputFile } from '../../input-files/input-file.ts';
import { withTransaction } from '../../store/database.ts';
import {
  answersToSet,
  findAnswers,
  insertAnswersSystem,
  insertImportedAnswer,
  insertMissingAnswer,
  listAnswers,
} from '../../store/repositories/imported-answers.ts';
import type { AnswersSystem } from '../../store/repositories/systems.ts';
import { missingGenerations } from '../../store/repositories/generations.ts';
import { findPromptSet, frozenPromptsOf } from '../../store/repositories/prompt-sets.ts';
import { AppError, found } from '../base/app-error.ts';
import { readAnswers, type ParsedAnswer } from '../curate/import/formats/answers.ts';
import type { GuardedPath } from '../files/guarded-path.ts';
import type { CoreState } from '../project/core-state.ts';
import { requireLive } from '../project/live-things.ts';
import type { ProjectSession } from '../project/project-session.ts';
import { matchAnswers, saysTheSame, type MatchedAnswer } from './match-answers.ts';
import { tieNewAnswers } from './tie-answers.ts';

const mostListed = 1000;
const previewCharacters = 120;

/** Every set of imported answers, by name. */
export const importedAnswers = ({ file: { db } }: ProjectSession): AnswersOfFile[] =>
  listAnswers(db);

/**
 * Imports the answers of a system that cannot run here to the prompts of a set. Answers that are
 * there already stay as they are; the same file again changes nothing.
 */
export async function importAnswers(
  state: CoreState,
  session: ProjectSession,
  input: { path: string; promptSetId: string; name: string },
  signal?: AbortSignal,
): Promise<AnswersImport> {
  const path = state.paths.check(input.path);
  const { db } = session.file;
  const set = found(findPromptSet(db, 'id', input.promptSetId), 'prompt set', input.promptSetId);
  requireLive(db, { thing: 'prompt-set', id: set.id }, 'prompt set');
  return await state.calls.run([signal], async (stopping) => {
    const file = await readAnswers(path, stopping);
    const fileSha256 = await hashOf(path, stopping);
    const prompts = frozenPromptsOf(db, set);
    const { matched, unmatched, second, repeated } = matchAnswers(prompts, file.answers);
    if (matched.length === 0) throw nothingMatches(path, set, unmatched);
    const origin = { importedFrom: basename(path), fileSha256, importedMs: Date.now() };
    const stored = store(session, { name: input.name, set, prompts, matched, origin });
    session.changes.touch('prompts', 'evaluations', 'project');
    const { read, badLines: errors, badLinesTotal: errorsTotal } = file;
    const conflicts = [...stored.conflicts, ...second.map(toConflict)].toSorted(
      (p, q) => p.line - q.line,
    );
    return {
      ...stored,
      known: stored.known + repeated,
      name: input.name,
      read,
      unusable: errorsTotal,
      errors,
      errorsTotal,
      conflicts: conflicts.slice(0, mostListed),
      conflictsTotal: conflicts.length,
      unmatched: unmatched.slice(0, mostListed).map(({ answer, reason }) => ({
        line: answer.line,
        prompt: shownPrompt(answer),
        reason,
      })),
      unmatchedTotal: unmatched.length,
    };
  });
}

async function hashOf(path: GuardedPath, signal: AbortSignal): Promise<string> {
  await using file = await openInputFile(path);
  const hash = createHash('sha256');
  for await (const chunk of file.handle.createReadStream({ autoClose: false, signal }))
    hash.update(chunk);
  return hash.digest('hex');
}

function nothingMatches(
  path: string,
  set: PromptSet,
  unmatched: readonly { answer: ParsedAnswer; reason: string }[],
): AppError {
  const [first] = unmatched;
  const why = first
    ? ` Line ${first.answer.line}, “${shownPrompt(first.answer)}”: ${first.reason}.`
    : '';
  return new AppError(
    'INVALID_INPUT',
    `None of ${formatQuantity(unmatched.length, 'answer')} in ${path} is to a prompt of “${set.name}”.` +
      `${why} Nothing was imported.`,
  );
}

const shownPrompt = ({ asked, id, ordinal }: ParsedAnswer): string =>
  previewLine(asked?.at(-1)?.content ?? id ?? `ordinal ${ordinal}`, previewCharacters);

const toConflict = ({ answer, prompt }: MatchedAnswer) => ({
  line: answer.line,
  ordinal: prompt.ordinal,
});

interface Storing {
  name: string;
  set: PromptSet;
  prompts: readonly Prompt[];
  matched: readonly MatchedAnswer[];
  origin: Omit<ImportedIdentity, 'generator'>;
}

/** All or none, so that a crash leaves no half of a file. */
function store(
  { file: { db } }: ProjectSession,
  { name, set, prompts, matched, origin }: Storing,
): Pick<AnswersImport, 'answersId' | 'added' | 'known' | 'missing' | 'missingTotal'> & {
  conflicts: AnswersImport['conflicts'];
} {
  return withTransaction(db, () => {
    const systemId = findAnswers(db, 'name', name)?.id ?? insertAnswersSystem(db, name);
    const before = answersToSet(db, systemId, set.id);
    const conflicts: AnswersImport['conflicts'] = [];
    const addedTo = new Set<string>();
    let known = 0;
    for (const { prompt, answer } of matched) {
      const { output, earlier = [], generator } = answer;
      const there = before.get(prompt.id);
      if (there && there.finish !== 'failed') {
        if (saysTheSame(there, answer)) known += 1;
        else conflicts.push(toConflict({ prompt, answer }));
        continue;
      }
      const identity = { ...origin, generator };
      insertImportedAnswer(
        db,
        { systemId, promptId: prompt.id, output, earlier, identity },
        there?.id,
      );
      addedTo.add(prompt.id);
    }
    tieNewAnswers(db, systemId, addedTo);
    const after = answersToSet(db, systemId, set.id);
    const missing = prompts.filter(({ id }) => (after.get(id)?.finish ?? 'failed') === 'failed');
    const shown = missing.slice(0, mostListed).map(({ ordinal, messages }) => ({
      ordinal,
      prompt: previewLine(messages.at(-1)?.content ?? '', previewCharacters),
    }));
    return {
      answersId: systemId,
      added: addedTo.size,
      known,
      conflicts,
      missing: shown,
      missingTotal: missing.length,
    };
  });
}

/** The imported answers with an id; NOT_FOUND once they were deleted. */
export const answersById = ({ file: { db } }: ProjectSession, id: string): AnswersSystem =>
  found(findAnswers(db, 'id', id), 'set of imported answers', id);

/** INVALID_INPUT where imported answers have none to any of these prompts. */
export function requireAnswers(
  session: ProjectSession,
  answersId: string,
  { set, promptIds }: { set: PromptSet; promptIds: readonly string[] },
): void {
  const { name } = answersById(session, answersId);
  const answers = answersToSet(session.file.db, answersId, set.id);
  const isAnswered = (id: string) => (answers.get(id)?.finish ?? 'failed') !== 'failed';
  if (promptIds.some(isAnswered)) return;
  throw new AppError(
    'INVALID_INPUT',
    `“${name}” has no answer to these prompts of “${set.name}”: import its answers to them first`,
  );
}

/**
 * Stores for each prompt of an evaluation that imported answers lack why nobody can vote on it, in
 * words that tell no voter who is compared.
 */
export function failMissingAnswers(
  { file: { db } }: ProjectSession,
  evaluationId: string,
  { id: systemId }: AnswersSystem,
): void {
  const reason = 'No answer to this prompt was imported.';
  withTransaction(db, () => {
    for (const { promptId } of missingGenerations(db, evaluationId, systemId))
      insertMissingAnswer(db, { systemId, promptId, reason });
  });
}
