import { createHash } from 'node:crypto';
import { z } from 'zod';
import { builtInRubrics } from '../../../../shared/domain/judge/built-in-rubrics.ts';
import {
  judgeFrameVersion,
  rubricKindSchema,
  rubricTextSchema,
  type Rubric,
  type RubricText,
} from '../../../../shared/domain/judge/rubric.ts';
import { countSchema, hashSchema, nameSchema } from '../../../../shared/domain/stored-value.ts';
import { json } from '../../columns.ts';
import { all, get, run, withTransaction, type Database } from '../../database.ts';
import { nextSequence } from '../sequence.ts';

/** SHA-256 over all that a judge reads beside the texts: the rubric, and which frame is around them. */
export const rubricHash = ({ kind, instruction, question, symbols }: RubricText): string =>
  createHash('sha256')
    .update(JSON.stringify([kind, instruction, question, symbols, judgeFrameVersion]))
    .digest('hex');

/** The text as it is stored: always in one order, so that copies of a project hold the same. */
export const rubricJson = ({ kind, instruction, question, symbols }: RubricText): string =>
  JSON.stringify({ kind, instruction, question, symbols });

const rubricRow = z.object({
  hash: hashSchema,
  name: nameSchema,
  version: countSchema,
  text: json(rubricTextSchema),
  judgings: countSchema,
});

const selectRubrics = `SELECT r.hash, r.name, r.text_json AS text,
    (SELECT count(*) FROM rubric o WHERE o.name = r.name
       AND (o.sequence, o.hash) <= (r.sequence, r.hash)) AS version,
    (SELECT count(*) FROM judging j WHERE j.rubric_hash = r.hash) AS judgings
  FROM rubric r`;

const toRubric = (row: z.infer<typeof rubricRow>): Rubric => ({
  ...row,
  isBuiltIn: builtInHashes.has(row.hash),
});

const builtIns = rubricKindSchema.options.map((kind) => {
  const text = builtInRubrics[kind];
  return { hash: rubricHash(text), name: kind, version: 1, text, isBuiltIn: true, judgings: 0 };
});
const builtInHashes = new Set(builtIns.map(({ hash }) => hash));

/**
 * Every rubric by kind, the built-in names first and each name's newest version first; built-in ones
 * also while they are not stored.
 */
export function listRubrics(db: Database): Rubric[] {
  const stored = all(
    db,
    rubricRow,
    `${selectRubrics} ORDER BY r.name, r.sequence DESC, r.hash DESC`,
  ).map(toRubric);
  const known = new Set(stored.map(({ hash }) => hash));
  const names = new Set(stored.map(({ name }) => name));
  const others = builtIns.filter(({ hash, name }) => !known.has(hash) && !names.has(name));
  return [...others, ...stored].toSorted((one, other) => rankOf(one) - rankOf(other));
}

const rankOf = ({ name, text: { kind } }: Rubric): number =>
  2 * rubricKindSchema.options.indexOf(kind) + (name === kind ? 0 : 1);

/** A rubric by its whole hash or one that begins so, or the newest of a name. */
export function findRubric(db: Database, by: 'hash' | 'name', value: string): Rubric | undefined {
  return listRubrics(db).find((rubric) =>
    by === 'hash' ? rubric.hash.startsWith(value) : rubric.name === value,
  );
}

/** Stores a text under a name, unless it is there: then under whichever name it has. */
export function storeRubric(
  db: Database,
  { name, text, author }: { name: string; text: RubricText; author: string },
): Rubric {
  const hash = rubricHash(text);
  return withTransaction(db, () => {
    // What a person makes of a built-in text is the second version of it.
    const builtIn = builtIns.find((one) => one.name === name);
    if (builtIn) insertRubric(db, { ...builtIn, author });
    insertRubric(db, { hash, name, text, author });
    const stored = get(db, rubricRow, `${selectRubrics} WHERE r.hash = @hash`, { hash });
    if (!stored) throw new Error(`Rubric ${hash} was not stored`);
    return toRubric(stored);
  });
}

const foundRow = z.object({ hash: hashSchema });

function insertRubric(
  db: Database,
  { hash, name, text, author }: { hash: string; name: string; text: RubricText; author: string },
): void {
  if (get(db, foundRow, 'SELECT hash FROM rubric WHERE hash = @hash', { hash })) return;
  run(
    db,
    `INSERT INTO rubric (hash, kind, name, text_json, author, created_ms, sequence)
     VALUES (@hash, @kind, @name, @text, @author, @createdMs, @sequence)`,
    {
      hash,
      kind: text.kind,
      name,
      text: rubricJson(text),
      author,
      createdMs: Date.now(),
      sequence: nextSequence(db),
    },
  );
}
