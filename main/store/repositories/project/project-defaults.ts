import { z } from 'zod';
import { samplingSchema } from '../../../../shared/domain/identity.ts';
import { recipeSchema } from '../../../../shared/domain/recipe/recipe.ts';
import { hashSchema } from '../../../../shared/domain/stored-value.ts';
import { json } from '../../columns.ts';
import { assembled, get, run, type Database } from '../../database.ts';
import { isLive } from '../labels.ts';

const defaultsRow = z.object({
  recipe: json(recipeSchema).nullable(),
  promptsHash: hashSchema.nullable(),
  sampling: json(samplingSchema).nullable(),
});

/** What a project itself says that its forms open with; null where it says nothing. */
export type StoredDefaults = z.infer<typeof defaultsRow>;

/** The defaults that a project carries. */
export function findProjectDefaults(db: Database): StoredDefaults {
  const row = get(
    db,
    defaultsRow,
    `SELECT recipe_json AS recipe, prompts_hash AS "promptsHash", sampling_json AS sampling
     FROM project_defaults`,
  );
  return row ?? { recipe: null, promptsHash: null, sampling: null };
}

const column = (value: object | null) => (value === null ? null : JSON.stringify(value));

/** Replaces them as a whole. */
export function storeProjectDefaults(db: Database, defaults: StoredDefaults): void {
  run(
    db,
    `INSERT OR REPLACE INTO project_defaults (id, recipe_json, prompts_hash, sampling_json)
     VALUES (1, @recipe, @promptsHash, @sampling)`,
    {
      recipe: column(defaults.recipe),
      promptsHash: defaults.promptsHash,
      sampling: column(defaults.sampling),
    },
  );
}

const newestRow = z.object({
  recipe: json(recipeSchema).nullable(),
  promptSetId: z.string().nullable(),
  sampling: json(samplingSchema).nullable(),
});

/** What the newest run, and the newest evaluation, were made with; null where there is none. */
export function newestSettings(db: Database): z.infer<typeof newestRow> {
  const row = get(
    db,
    newestRow,
    assembled(`SELECT
       (SELECT recipe_json FROM run WHERE ${isLive('run', 'run.id')}
        ORDER BY sequence DESC, id DESC LIMIT 1) AS recipe,
       (SELECT prompt_set_id FROM evaluation ORDER BY sequence DESC, id DESC LIMIT 1)
         AS "promptSetId",
       (SELECT s.sampling_json FROM evaluation e
          JOIN system s ON s.id IN (e.system_a_id, e.system_b_id) AND s.kind = 'weights'
        ORDER BY e.sequence DESC, e.id DESC, s.id = e.system_b_id LIMIT 1) AS sampling`),
    {},
  );
  return row ?? { recipe: null, promptSetId: null, sampling: null };
}
