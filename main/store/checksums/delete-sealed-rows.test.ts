import { expect, test } from 'vitest';
import { run, type Database } from '../database.ts';
import { addSamples } from '../repositories/samples/samples.ts';
import { freezeDataset } from '../repositories/freeze-dataset.ts';
import { addReviews } from '../repositories/samples/reviews.ts';
import { insertChatAnswer } from '../repositories/chat-answers.ts';
import { aProject, aSample } from '../testing/a-project.ts';
import { identitySchema, samplingSchema } from '../../../shared/domain/identity.ts';
import { checkRows } from './check-rows.ts';
import { deleteSealedRows } from './delete-sealed-rows.ts';
import { sealSomeRows } from './seal-rows.ts';

const identity = identitySchema.parse({
  baseSha256: 'b',
  baseName: 'm',
  adapterSha256: null,
  adapterName: null,
  strength: 1,
  templateSha256: 't',
  sampling: samplingSchema.parse({}),
  engine: 'e',
  device: 'cpu',
});

function answer(db: Database, output: string): void {
  const messages = [{ role: 'user' as const, content: 'Hi' }];
  const conversationId = Number(output) % 2 === 0 ? 'even' : 'odd';
  insertChatAnswer(db, {
    conversationId,
    pane: 'left',
    messages,
    output,
    finish: 'stop',
    identity,
  });
}

/** A hundred sealed answers, which are more than one group of rows. */
function hundredAnswers(db: Database): void {
  for (let number = 0; number < 100; number += 1) answer(db, `${number}`);
  while (sealSomeRows(db, 100)) continue;
}

const damageIn = (db: Database) => [...checkRows(db)].filter((damage) => damage !== undefined);

test.each([
  ['every second row', "t.conversation_id = 'even'", 50],
  ['the last rows', "t.output >= '90' AND length(t.output) = 2", 10],
  ['all of a group', 't.rowid <= 32', 32],
  ['all rows', '1', 100],
  ['no row', '0', 0],
])('rows that stay are whole after %s of them went', (_, where, count) => {
  using project = aProject();
  const { db } = project.file;
  hundredAnswers(db);
  expect(deleteSealedRows(db, 'chat_answer', where)).toBe(count);
  expect(damageIn(db)).toEqual([]);
  answer(db, '101');
  while (sealSomeRows(db, 100)) continue;
  expect(damageIn(db)).toEqual([]);
  run(db, "UPDATE chat_answer SET output = 'changed' WHERE output = '101'");
  expect(damageIn(db)).toHaveLength(1);
});

test('a row that was damaged before is still told of afterwards', () => {
  using project = aProject();
  const { db } = project.file;
  hundredAnswers(db);
  run(db, "UPDATE chat_answer SET output = 'changed' WHERE output = '3'");
  deleteSealedRows(db, 'chat_answer', "t.conversation_id = 'even'");
  expect(damageIn(db)).toMatchObject([{ table: 'chat_answer' }]);
});

test('rows of a parent go without their neighbours', () => {
  using project = aProject();
  const { db } = project.file;
  addSamples(
    db,
    Array.from({ length: 600 }, (_, index) => aSample(index)),
    'me',
  );
  addReviews(db, 'accept', { filter: {} }, 'me');
  const [first, second] = [freezeDataset(db, 'a', 'me'), freezeDataset(db, 'b', 'me')];
  while (sealSomeRows(db, 100)) continue;
  expect(deleteSealedRows(db, 'dataset_item', `t.dataset_id = '${first?.id}'`)).toBe(600);
  expect(damageIn(db)).toEqual([]);
  run(
    db,
    `UPDATE dataset_item SET ordinal = 9999 WHERE dataset_id = '${second?.id}' AND ordinal = 1`,
  );
  expect(damageIn(db)).not.toEqual([]);
});
