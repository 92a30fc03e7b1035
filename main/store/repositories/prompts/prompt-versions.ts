import { z } from 'zod';
import { withRepetitions, promptKey } from '../../../../shared/domain/evaluate/answer-seed.ts';
import { promptSetSchema, type Prompt } from '../../../../shared/domain/evaluate/evaluation.ts';
import { countSchema, hashSchema, idSchema } from '../../../../shared/domain/stored-value.ts';
import { all, get, run, withTransaction, type Database } from '../../database.ts';
import { copyGeneration } from '../generations.ts';
import { addLabel, labelsOfOne, originOf } from '../labels.ts';
import { insertPromptSet, promptsOf, type NewPrompt } from '../prompt-sets.ts';

const versionRow = promptSetSchema.omit({ dialogues: true }).extend({
  versionOf: idSchema.nullable(),
  /** Evaluations that ask it. */
  evaluations: countSchema,
});

/** One version of a prompt set, and how much stands on it. */
export type PromptSetVersion = z.infer<typeof versionRow>;

/** A set and the versions before it that are still there, the newest first. */
export function versionsOf(db: Database, promptSetId: string): PromptSetVersion[] {
  return all(
    db,
    versionRow,
    `WITH RECURSIVE chain (id, age) AS (
       SELECT @promptSetId, 0
       UNION SELECT s.version_of, chain.age + 1 FROM chain JOIN prompt_set s ON s.id = chain.id
         WHERE s.version_of IS NOT NULL AND chain.age < 10000)
     SELECT s.id, s.name, s.content_hash AS contentHash, s.created_ms AS createdMs,
       s.version_of AS versionOf,
       (SELECT count(*) FROM prompt p WHERE p.prompt_set_id = s.id) AS prompts,
       (SELECT count(*) FROM evaluation e WHERE e.prompt_set_id = s.id) AS evaluations
     FROM chain JOIN prompt_set s ON s.id = chain.id ORDER BY chain.age`,
    { promptSetId },
  );
}

/**
 * Stores other prompts as the version after a set, under a name that the caller has made free: with
 * what people gave to the set, and the imported answers to prompts that did not change.
 */
export function insertVersion(
  db: Database,
  before: { id: string; name: string; contentHash: string },
  prompts: readonly NewPrompt[],
  author: string,
): string {
  return withTransaction(db, () => {
    const id = insertPromptSet(db, before.name, prompts, before.id);
    copyLabels(db, before.id, id, author);
    copyImportedAnswers(db, before.id, id);
    followDefault(db, before.contentHash, id);
    return id;
  });
}

function copyLabels(db: Database, from: string, to: string, author: string): void {
  const { note, tags } = labelsOfOne(db, { thing: 'prompt-set', id: from });
  const { license, source } = originOf(db, 'prompt-set', from);
  const values = { note, tags: tags.length > 0 ? JSON.stringify(tags) : '', license, source };
  for (const field of ['note', 'tags', 'license', 'source'] as const)
    if (values[field] !== '')
      addLabel(db, { thing: 'prompt-set', id: to, field, value: values[field], author });
}

const everyPrompt = 10_000_000;
const answerRow = z.object({ systemId: idSchema, promptId: idSchema });

/** The words of a prompt, and which of the prompts with these words it is. */
const placeOf = ({ messages, repetition }: Prompt & { repetition: number }) =>
  JSON.stringify([promptKey(messages), repetition]);

/** An answer that nothing here could make again goes with its prompt, word for word. */
function copyImportedAnswers(db: Database, from: string, to: string): void {
  const answers = all(
    db,
    answerRow,
    `SELECT g.system_id AS systemId, g.prompt_id AS promptId FROM generation g
     JOIN prompt p ON p.id = g.prompt_id JOIN system s ON s.id = g.system_id
     WHERE p.prompt_set_id = @from AND s.kind = 'answers' AND g.finish <> 'failed'
     ORDER BY g.id`,
    { from },
  );
  if (answers.length === 0) return;
  const newIds = new Map(
    withRepetitions(promptsOf(db, to, everyPrompt)).map((prompt) => [placeOf(prompt), prompt.id]),
  );
  const successors = new Map(
    withRepetitions(promptsOf(db, from, everyPrompt)).map((prompt) => [
      prompt.id,
      newIds.get(placeOf(prompt)),
    ]),
  );
  for (const { systemId, promptId } of answers) {
    const to = successors.get(promptId);
    if (to !== undefined) copyGeneration(db, systemId, { from: promptId, to });
  }
}

const hashRow = z.object({ contentHash: hashSchema });

/** Forms that opened with the set open with its new version. */
function followDefault(db: Database, contentHash: string, id: string): void {
  const version = get(
    db,
    hashRow,
    'SELECT content_hash AS contentHash FROM prompt_set WHERE id = @id',
    { id },
  );
  if (version)
    run(db, 'UPDATE project_defaults SET prompts_hash = @now WHERE prompts_hash = @contentHash', {
      now: version.contentHash,
      contentHash,
    });
}
