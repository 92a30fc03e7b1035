import { z } from 'zod';
import { idSchema } from '../../../../shared/domain/stored-value.ts';
import { all, type Database } from '../../database.ts';
import { messagesColumn } from '../../columns.ts';
import { turnsColumn } from '../unfinished-dialogues.ts';

const answerRow = z.object({
  id: idSchema,
  systemId: idSchema,
  promptId: idSchema,
  prompt: messagesColumn,
  output: z.string(),
  /** All answers of a dialogue; none of a single one. */
  turns: z.array(z.object({ output: z.string() })),
});

const storedRow = answerRow.omit({ turns: true }).extend({ earlier: turnsColumn.nullable() });

/** An answer of an evaluation, to be judged by itself. */
export type AnswerToJudge = z.infer<typeof answerRow>;

/** The answers that evaluations compare, each once however many pairs show it; none that failed. */
export function answersOfEvaluations(
  db: Database,
  evaluationIds: readonly string[],
): AnswerToJudge[] {
  const rows = all(
    db,
    storedRow,
    `SELECT DISTINCT g.id, g.system_id AS systemId, g.prompt_id AS promptId,
       p.messages_json AS prompt, g.output, g.turns_json AS earlier
     FROM comparison c JOIN evaluation e ON e.id = c.evaluation_id
     JOIN generation g ON g.prompt_id = c.prompt_id
       AND g.system_id IN (e.system_a_id, e.system_b_id)
     JOIN prompt p ON p.id = g.prompt_id
     WHERE c.evaluation_id IN (SELECT value FROM json_each(@ids)) AND g.finish <> 'failed'
     ORDER BY p.prompt_set_id, p.ordinal, g.id`,
    { ids: JSON.stringify(evaluationIds) },
  );
  return rows.map(({ earlier, ...answer }) => ({
    ...answer,
    turns: earlier === null ? [] : [...earlier, { output: answer.output }],
  }));
}
