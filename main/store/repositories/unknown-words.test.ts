import { expect, test } from 'vitest';
import { run, type Database } from '../database.ts';
import { aProject } from '../testing/a-project.ts';
import { fillEveryTable } from '../testing/fill-every-table.ts';
import { comparisonsOf } from './comparisons.ts';
import { listJobs } from './jobs.ts';
import { standingGrades } from './grades.ts';
import { probeAnswers } from './probes.ts';
import { findRun, runEvents } from './runs.ts';
import { listSamples, nextFlag } from './samples/sample-list.ts';
import { getSample } from './samples/samples.ts';
import { standingVotes } from './votes.ts';

const everySample = (db: Database) =>
  listSamples(db, {}, { limit: 9 }).map(({ id }) => getSample(db, id));

function everyFlag(db: Database): void {
  for (let flag = nextFlag(db, ''); flag !== undefined;) flag = nextFlag(db, flag);
}

// Every column of words without a CHECK that a query reads: who adds one adds it here.
test.each<[string, string, string, (db: Database) => unknown]>([
  ['job', 'kind', 'train', (db) => listJobs(db)],
  ['job', 'state', 'paused', (db) => listJobs(db)],
  ['job', 'state', 'paused', (db) => findRun(db, 'id', 'r')],
  ['run_event', 'kind', 'resumed', (db) => runEvents(db, 'r')],
  ['sample_flag', 'scope', 'raw', everySample],
  ['sample_flag', 'rule', 'first-person', (db) => listSamples(db, {}, { limit: 9 })],
  ['sample_flag', 'rule', 'first-person', everyFlag],
  ['generation', 'finish', 'length', (db) => comparisonsOf(db, 'e')],
  ['probe_answer', 'finish', 'stop', (db) => probeAnswers(db, 'r', [0, 1])],
  ['vote', 'shown', 'neither', (db) => standingVotes(db, 'e')],
  ['vote', 'author_kind', 'rule', (db) => standingVotes(db, 'e')],
  ['grade', 'grade', 'fail', (db) => standingGrades(db, ['e'])],
  ['grade', 'author_kind', 'judge', (db) => standingGrades(db, ['e'])],
])(
  'an unknown word in %s.%s (here instead of %s) is PROJECT_INVALID when it is read',
  (table, column, word, read) => {
    using project = aProject();
    const { db } = project.file;
    fillEveryTable(db);
    read(db);
    run<string>(db, `UPDATE ${table} SET ${column} = 'future' WHERE ${column} = @word`, { word });
    expect(() => read(db)).toThrow(expect.objectContaining({ code: 'PROJECT_INVALID' }));
  },
);
