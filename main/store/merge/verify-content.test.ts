import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openProjectFile } from '../file/open-project-file.ts';
import { aProject } from '../testing/a-project.ts';
import { fillEveryTable } from '../testing/fill-every-table.ts';
import { writeOneOfEach } from '../testing/write-one-of-each.ts';
import { mergeFiles } from './merge-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'lima-verify-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Two copies of a project; somebody worked in the second, and it was changed outside since. */
function copies(name: string, { own, other }: { own?: string; other?: string }) {
  using base = aProject();
  fillEveryTable(base.file.db);
  base.file.db.exec('DELETE FROM packet');
  base.file.close();
  const place = { own: join(folder, `${name}-own.lima`), other: join(folder, `${name}.lima`) };
  copyFileSync(base.path, place.own);
  copyFileSync(base.path, place.other);
  change(place.other, (db) => writeOneOfEach(db, 'work', 'left'));
  change(place.own, (db) => own !== undefined && db.exec(`DELETE FROM row_checksum; ${own}`));
  change(place.other, (db) => other !== undefined && db.exec(`DELETE FROM row_checksum; ${other}`));
  return place;
}

type ProjectDatabase = ReturnType<typeof openProjectFile>['db'];

function change(path: string, deed: (db: ProjectDatabase) => unknown): void {
  const file = openProjectFile(path);
  deed(file.db);
  file.close();
}

const merge = (place: { own: string; other: string }) =>
  mergeFiles(place, { path: 'theirs.lima', isOtherProject: false, onStep: () => undefined });

const newest = 'ORDER BY sequence DESC LIMIT 1';

test.each([
  [
    'an edit has other words',
    `UPDATE sample_version SET messages_json = replace(messages_json, 'Edited as', 'Said by')
     WHERE id = (SELECT id FROM sample_version ${newest})`,
    /the version [0-9a-f-]{36} of a sample in it/,
  ],
  [
    'an edit keeps a message out of the loss',
    `UPDATE sample_version SET messages_json = json_set(messages_json, '$[1].weight', 0)
     WHERE id = (SELECT id FROM sample_version ${newest})`,
    /the version [0-9a-f-]{36} of a sample in it/,
  ],
  [
    'a dataset lacks a sample',
    `DELETE FROM dataset_item WHERE ordinal = 0
       AND dataset_id = (SELECT id FROM dataset ${newest})`,
    /the dataset “work” in it/,
  ],
  [
    'a prompt set asks something else',
    `UPDATE prompt SET messages_json = replace(messages_json, 'work', 'play')
     WHERE prompt_set_id = (SELECT id FROM prompt_set ${newest})`,
    /the prompt set “work” in it/,
  ],
])('a copy in which %s is not merged, since its hash says otherwise', (name, other, what) => {
  const place = copies(name.replaceAll(' ', '-'), { other });
  expect(() => merge(place)).toThrow(what);
});

test('nothing is merged into a project whose own dataset is not what was frozen', () => {
  const own = `UPDATE dataset_item SET ordinal = 1 - ordinal + 10 WHERE ordinal < 2;
    UPDATE dataset_item SET ordinal = ordinal - 10 WHERE ordinal >= 10`;
  expect(() => merge(copies('own', { own }))).toThrow(/the dataset “d” in the open project/);
});

test('a copy with answers that are not what was generated is not merged', () => {
  const other = `UPDATE generation SET output = output || '!'`;
  expect(() => merge(copies('answers', { other }))).toThrow(
    /the answer [0-9a-f-]{36} of an evaluation in it/,
  );
});

test('a copy that nobody changed is merged, old versions without hashed weights among it', () => {
  const merged = merge(copies('sound', {}));
  expect(merged.counts['versions']).toMatchObject({ came: 1 });
  expect(merged.counts['datasets']).toMatchObject({ came: 1 });
});
