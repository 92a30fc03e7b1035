import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { z } from 'zod';
import type { Message } from '../../../shared/domain/message.ts';
import { sampleWordsHash } from '../content-hash.ts';
import { all, run, type Database } from '../database.ts';
import { openProjectFile } from '../file/open-project-file.ts';
import { datasetPages, findDataset, type FrozenDataset } from '../repositories/datasets.ts';
import { freezeDataset } from '../repositories/freeze-dataset.ts';
import { writeOldProject } from '../testing/old-project.ts';

const folder = mkdtempSync(join(tmpdir(), 'lima-hashed-content-'));
afterAll(() => rmSync(folder, { recursive: true }));

const hashOfOld = (hashes: readonly string[]) =>
  createHash('sha256')
    .update(hashes.map((hash) => `${hash}\n`).join(''))
    .digest('hex');

const conversation = (answer: string, weight?: 0 | 1): Message[] => [
  { role: 'user', content: 'Why “"weight":0”?' },
  { role: 'assistant', content: answer, ...(weight !== undefined && { weight }) },
  { role: 'user', content: 'And then?' },
  { role: 'assistant', content: 'Then it ends.' },
];

/** A dataset `d` as the tenth version froze it: hashes of words alone, whatever is trained. */
function writeDataset(db: Database, samples: readonly Message[][]): void {
  const hashes = samples.map(sampleWordsHash);
  run(db, 'UPDATE project SET last_sequence = 9');
  run(
    db,
    `INSERT INTO dataset (id, name, content_hash, author, created_ms, sequence)
     VALUES ('d', 'd', @hash, 'me', 1, 9)`,
    { hash: hashOfOld(hashes) },
  );
  for (const [index, messages] of samples.entries()) {
    const id = `v${index}`;
    const hash = hashes[index] ?? '';
    run(
      db,
      `INSERT INTO sample (id, origin_hash, source, status, current_version_id, provenance_json,
         prompt_preview, answer_preview, turns, characters, created_ms, sequence)
       VALUES (@id, @hash, 't', 'accepted', @id, '{}', 'Why?', '', 4, 9, 1, @index)`,
      { id, hash, index },
    );
    run(
      db,
      `INSERT INTO sample_version (id, sample_seq, ordinal, messages_json, content_hash, author,
         created_ms, sequence)
       VALUES (@id, @seq, 1, @messages, @hash, 'me', 1, @index)`,
      { id, seq: index + 1, messages: JSON.stringify(messages), hash, index },
    );
    run(db, `INSERT INTO dataset_item VALUES ('d', @index, @id)`, { index, id });
  }
}

const itemsOf = (db: Database, dataset: FrozenDataset) => {
  const pages = datasetPages(db, dataset);
  pages.next(1);
  const items = pages.next(1000).value ?? [];
  pages.next(1);
  return items;
};

function openOld(name: string) {
  const path = join(folder, `${name}.lima`);
  writeOldProject(path, 10, (db) =>
    writeDataset(db, [conversation('plain'), conversation('kept out', 0), conversation('told', 1)]),
  );
  const file = openProjectFile(path);
  const dataset = findDataset(file.db, 'id', 'd');
  if (!dataset) throw new Error('The dataset is gone');
  return { ...file, dataset, [Symbol.dispose]: () => file.close() };
}

test('a dataset with weights that an earlier version froze keeps its hash and is used', () => {
  using old = openOld('kept');
  const rows = all(old.db, z.unknown(), 'SELECT * FROM unhashed_weights');
  expect(rows).toEqual([{ version_id: 'v1', weights: '1011' }]);
  const items = itemsOf(old.db, old.dataset);
  expect(items.map(({ messages }) => messages[1]?.weight)).toEqual([undefined, 0, 1]);
});

test.each([
  ['is trained that was not', '$[1].weight', 'v1', 1],
  ['is not trained that was', '$[3].weight', 'v1', 0],
  ['is not trained that had no weight', '$[1].weight', 'v0', 0],
])(
  'a message of an old dataset that %s is noticed, though its hash is of words alone',
  (name, path, id, weight) => {
    using old = openOld(name.replaceAll(' ', '-'));
    run(
      old.db,
      `UPDATE sample_version SET messages_json = json_set(messages_json, @path, @weight)
       WHERE id = @id`,
      { path, id, weight },
    );
    expect(() => itemsOf(old.db, old.dataset)).toThrow(/is not what was frozen/);
    expect(() => freezeDataset(old.db, 'new', 'me')).toThrow(
      /“Why\?” \(v\d\) is not what was stored/,
    );
  },
);

test('what is frozen of old samples has the hash that their words had', () => {
  using old = openOld('frozen-again');
  expect(freezeDataset(old.db, 'again', 'me')?.contentHash).toBe(old.dataset.contentHash);
});
