import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run, type Database } from '../database.ts';
import { createProjectFile } from '../file/open-project-file.ts';
import { fillEveryTable } from '../testing/fill-every-table.ts';
import { perform, type Deed } from '../testing/project-history.ts';
import { mergeFiles } from './merge-files.ts';
import { projectContent } from './project-content.ts';

const folder = mkdtempSync(join(tmpdir(), 'lima-merge-'));
afterAll(() => rmSync(folder, { recursive: true }));

const base = join(folder, 'base.lima');
beforeAll(() => {
  const file = createProjectFile(base);
  fillEveryTable(file.db);
  run(file.db, 'DELETE FROM packet');
  file.close();
});

let made = 0;
const newPath = () => join(folder, `${(made += 1)}.lima`);

/** A copy of a project in which somebody did something. */
function copyOf(path: string, deeds: readonly Deed[] = [], author = 'me'): string {
  const copy = newPath();
  copyFileSync(path, copy);
  if (deeds.length === 0) return copy;
  withProject(copy, (db) => {
    for (const deed of deeds) perform(db, deed, author);
  });
  return copy;
}

/** Opens a file of this test for a moment; nothing here has to survive a power loss. */
function withProject<Result>(path: string, work: (db: Database) => Result): Result {
  const db: Database = new Sqlite(path);
  try {
    db.pragma('synchronous = OFF');
    db.pragma('foreign_keys = ON');
    return work(db);
  } finally {
    db.close();
  }
}

/** A file with what both hold; neither of them is changed. */
function merged(own: string, other: string): string {
  const place = { own: copyOf(own), other: copyOf(other) };
  mergeFiles(place, { path: other, isOtherProject: false, onStep: () => undefined });
  return place.own;
}

const contentOf = (path: string) => withProject(path, (db) => [...projectContent(db)]);

/** What nobody's work may lose or double: each line by what it is, whatever a merge calls the rest. */
function judgements(path: string): string[] {
  return withProject(path, (db) =>
    [
      `SELECT 'vote', id, comparison_id, shown, author, sequence FROM vote`,
      `SELECT 'grade', id, turn, text_hash, grade, author, sequence FROM grade`,
      `SELECT 'batch', id, author, undoes_batch_id, sequence FROM review_batch`,
      `SELECT 'review', batch_id, origin_hash, action FROM review r
         JOIN sample s ON s.seq = r.sample_seq`,
      `SELECT 'edit', v.id, origin_hash, messages_json, author FROM sample_version v
         JOIN sample s ON s.seq = v.sample_seq WHERE v.ordinal > 1`,
      `SELECT 'sample', origin_hash FROM sample`,
      `SELECT 'evaluation', id FROM evaluation`,
      `SELECT 'comparison', id, evaluation_id, left_side FROM comparison`,
      `SELECT 'weights', sha256 FROM (SELECT DISTINCT sha256 FROM checkpoint)`,
      `SELECT 'event', id FROM run_event`,
      `SELECT 'chat', id FROM chat_answer`,
    ].flatMap((sql) =>
      db
        .prepare(sql)
        .raw()
        .all()
        .map((row) => JSON.stringify(row)),
    ),
  );
}

function expectUnion(merge: string, copies: readonly string[]): void {
  const all = new Set(copies.flatMap(judgements));
  expect(judgements(merge).toSorted()).toEqual([...all].toSorted());
}

const small = fc.nat(30);
const names = fc.constantFrom('d', 'v1', 'v2');
const texts = fc.constantFrom('One.', 'Two.', 'Three.');
const deed: fc.Arbitrary<Deed> = fc.oneof(
  fc.record({
    do: fc.constant('import'),
    first: fc.integer({ min: 3, max: 9 }),
    count: fc.integer({ min: 1, max: 3 }),
  }),
  fc.record(
    {
      do: fc.constant('review'),
      action: fc.constantFrom('accept', 'reject', 'reset'),
      at: small,
      status: fc.constantFrom('pending', 'accepted', 'rejected'),
    },
    { requiredKeys: ['do', 'action', 'at'] },
  ),
  fc.record({
    do: fc.constant('bin'),
    move: fc.constantFrom('bin', 'bin', 'restore'),
    at: small,
  }),
  fc.record({ do: fc.constant('undo') }),
  fc.record({ do: fc.constant('edit'), at: small, text: texts }),
  fc.record({ do: fc.constant('freeze'), name: names }),
  fc.record({ do: fc.constant('prompts'), name: names, text: texts }),
  fc.record({ do: fc.constant('model'), sha256: fc.constantFrom('base', 'other', 'third') }),
  fc.record({ do: fc.constant('train'), name: names, at: small }),
  fc.record({ do: fc.constant('go on'), at: small, loss: fc.constantFrom(1.5, 1.25) }),
  fc.record({
    do: fc.constant('evaluate'),
    name: names,
    at: small,
    output: texts,
    isImported: fc.boolean(),
  }),
  fc.record({ do: fc.constant('answers'), name: names, at: small, output: texts }),
  fc.record({
    do: fc.constant('vote'),
    at: small,
    shown: fc.constantFrom('left', 'right', 'neither', 'withdrawn'),
  }),
  fc.record({
    do: fc.constant('judge'),
    at: small,
    kind: fc.constantFrom('pairwise', 'absolute', 'audit'),
    isTakenOver: fc.boolean(),
  }),
  fc.record({
    do: fc.constant('grade'),
    at: small,
    grade: fc.constantFrom('excellent', 'pass', 'fail', 'withdrawn'),
  }),
  fc.record({ do: fc.constant('reveal'), at: small }),
  fc.record({ do: fc.constant('chat'), text: texts }),
);
const history = fc.array(deed, { maxLength: 12 });

const renaming: fc.Arbitrary<Deed> = fc.oneof(
  fc.record({
    do: fc.constant('rename'),
    what: fc.constantFrom('run', 'dataset', 'prompt-set', 'evaluation', 'answers'),
    name: fc.constantFrom('d', 'v1', 'new'),
    at: small,
  }),
  fc.record({ do: fc.constant('tag'), text: texts, at: small }),
);
const deleting: fc.Arbitrary<Deed> = fc.record({
  do: fc.constant('delete'),
  what: fc.constantFrom(
    'run',
    'checkpoint',
    'dataset',
    'prompt-set',
    'evaluation',
    'model',
    'conversation',
    'answers',
  ),
  at: small,
});
const emptying: fc.Arbitrary<Deed> = fc.constant({ do: 'empty', through: 1000 });
const withLabels = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: deed },
    { weight: 4, arbitrary: renaming },
    { weight: 2, arbitrary: deleting },
    emptying,
  ),
  { maxLength: 14 },
);
// Of three that imported one thing apart, the two that meet first decide which import counts.
const onlyOfBase = (each: Deed): Deed => (each.do === 'empty' ? { ...each, through: 4 } : each);
const withoutGoingOn = withLabels.map((deeds) =>
  deeds.filter((each) => each.do !== 'go on').map(onlyOfBase),
);

describe('copies of one project', () => {
  test('hold the same after a merge, whichever is merged into which', () => {
    fc.assert(
      fc.property(history, history, (mine, yours) => {
        const [a, b] = [copyOf(base, mine, 'me'), copyOf(base, yours, 'you')];
        const ab = merged(a, b);
        const content = contentOf(ab);
        expect(contentOf(merged(b, a))).toEqual(content);
        expectUnion(ab, [a, b]);
        // Merged again, also into itself, it stays as it is.
        expect(contentOf(merged(ab, b))).toEqual(content);
        expect(contentOf(merged(b, ab))).toEqual(content);
        expect(contentOf(merged(ab, ab))).toEqual(content);
      }),
      { numRuns: 30 },
    );
  }, 180_000);

  test('hold the same, and nothing that either deleted, whichever is merged into which', () => {
    fc.assert(
      fc.property(withLabels, withLabels, (mine, yours) => {
        const [a, b] = [copyOf(base, mine, 'me'), copyOf(base, yours, 'you')];
        const ab = merged(a, b);
        const content = contentOf(ab);
        expect(contentOf(merged(b, a))).toEqual(content);
        expect(contentOf(merged(ab, b))).toEqual(content);
        expect(contentOf(merged(a, ab))).toEqual(content);
        // An older copy brings nothing back.
        expect(contentOf(merged(ab, base))).toEqual(content);
        expect(contentOf(merged(base, ab))).toEqual(content);
      }),
      { numRuns: 15 },
    );
  }, 180_000);

  test.each([
    { deeds: 'renaming and deleting', histories: withoutGoingOn, numRuns: 8 },
    { deeds: 'other work', histories: history, numRuns: 15 },
  ])(
    'hold the same after $deeds in whatever order three of them are merged',
    ({ histories, numRuns }) => {
      fc.assert(
        fc.property(histories, histories, histories, (one, two, three) => {
          const [a, b, c] = [
            copyOf(base, one, 'me'),
            copyOf(base, two, 'you'),
            copyOf(base, three, 'me'),
          ];
          const expected = contentOf(merged(merged(a, b), c));
          expect(contentOf(merged(a, merged(b, c)))).toEqual(expected);
          expect(contentOf(merged(merged(c, a), b))).toEqual(expected);
        }),
        { numRuns },
      );
    },
    180_000,
  );
});
