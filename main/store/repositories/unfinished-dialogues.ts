import { z } from 'zod';
import { turnAnswerSchema, type TurnAnswer } from '../../../shared/domain/evaluate/dialogue.ts';
import { json } from '../columns.ts';
import { get, run, type Database } from '../database.ts';

/** A column with the answers of a dialogue in order. */
export const turnsColumn = json(z.array(turnAnswerSchema));

const turnsRow = z.object({ turns: turnsColumn });

/** Which system is asked which prompt. */
interface Asked {
  systemId: string;
  promptId: string;
}

/** The answers of a dialogue that was not answered to its end, in order; none where it did not begin. */
export function unfinishedTurns(db: Database, { systemId, promptId }: Asked): TurnAnswer[] {
  const row = get(
    db,
    turnsRow,
    `SELECT turns_json AS turns FROM unfinished_dialogue
     WHERE system_id = @systemId AND prompt_id = @promptId`,
    { systemId, promptId },
  );
  return row?.turns ?? [];
}

/** Stores how far a dialogue came; `insertGeneration` takes it away with the last answer. */
export function storeUnfinished(db: Database, asked: Asked, turns: readonly TurnAnswer[]): void {
  run(
    db,
    `INSERT INTO unfinished_dialogue (system_id, prompt_id, turns_json)
     VALUES (@systemId, @promptId, @turns)
     ON CONFLICT (system_id, prompt_id) DO UPDATE SET turns_json = excluded.turns_json`,
    { ...asked, turns: JSON.stringify(turns) },
  );
}
