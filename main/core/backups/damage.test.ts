import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { countRow } from '../../store/columns.ts';
import { get, run } from '../../store/database.ts';
import { conversations, TestCore } from '../testing/a-core.ts';
import { turnsDuring } from '../testing/turns-during.ts';
import { rowChecksOf } from '../checksums/row-checks.ts';

const checks = ({ core }: TestCore) => {
  const { session } = core.context.core;
  const found = session && rowChecksOf(session);
  if (!found) throw new Error('No project is open');
  return found;
};

/** A closed project of some samples with a backup, in which the disk then changes an answer. */
async function rotten(core: TestCore): Promise<void> {
  await core.import(core.writeLines('few.jsonl', conversations(50)));
  await checks(core).seal();
  await core.client.backups.make();
  await core.client.project.close();
  const bytes = readFileSync(core.projectPath);
  for (let at = bytes.indexOf('number 23.'); at >= 0; at = bytes.indexOf('number 23.', at + 1))
    bytes.write('nulber', at);
  writeFileSync(core.projectPath, bytes);
}

test('damaged rows are told in the project, named, and taken back; the project opens with them', async () => {
  await using core = await TestCore.start();
  await rotten(core);
  await core.client.project.open({ path: core.projectPath });
  const { damage } = await core.client.backups.damage();
  expect(damage.map(({ table, rows }) => `${table}: ${rows[0]?.about}`)).toEqual([
    'sample: sample “Question 23?”',
    'sample_version: version 1 of sample “Question 23?”',
  ]);
  const { backups } = await core.client.backups.list({});
  expect(damage[0]?.wholeIn?.name).toBe(backups[0]?.name);
  expect((await core.client.project.current())?.damagedGroups).toBe(2);
  await core.client.samples.review({ action: 'accept', selection: { filter: {} } });
  expect(await core.client.backups.takeBack()).toEqual({ mended: 2, left: 0 });
  expect((await core.client.backups.damage()).damage).toEqual([]);
  // What was done since is still there: only the rows came back.
  expect((await core.client.project.current())?.samples.accepted).toBe(50);
  await core.client.project.close();
  await core.client.project.open({ path: core.projectPath });
  expect((await core.client.backups.damage()).damage).toEqual([]);
});

test('rows get their checksums by themselves when a project closes', async () => {
  await using core = await TestCore.start();
  await core.import(core.writeLines('few.jsonl', conversations(50)));
  await core.client.project.close();
  const bytes = readFileSync(core.projectPath);
  bytes.write('nulber', bytes.indexOf('number 23.'));
  writeFileSync(core.projectPath, bytes);
  await core.client.project.open({ path: core.projectPath });
  const { damage } = await core.client.backups.damage();
  expect(damage).toHaveLength(1);
});

test('checking and sealing many rows let others have their turn in between', async () => {
  await using core = await TestCore.start();
  await core.import(core.writeLines('many.jsonl', conversations(20_000)));
  await core.client.samples.review({ action: 'accept', selection: { filter: {} } });
  await checks(core).seal();
  const { db } = core.core.context.core.session?.file ?? {};
  if (db) run(db, 'DELETE FROM row_checksum');
  // Each slice ends after 8 ms, and no machine does all of it in a few of them.
  expect((await turnsDuring(checks(core).seal())).turns).toBeGreaterThan(4);
  await core.client.project.close();
  await core.client.project.open({ path: core.projectPath });
  expect((await turnsDuring(checks(core).checked)).turns).toBeGreaterThan(4);
});

// Until it has one, nobody could tell that a disk changed the row.
test('what a person wrote has its checksum soon after, while the rows from before are compared', async () => {
  await using core = await TestCore.start();
  await core.import(core.writeLines('few.jsonl', conversations(50)));
  const [row] = await core.client.samples.list({ filter: {}, limit: 1 });
  const ids = [row?.id ?? ''];
  const { db } = core.core.context.core.session?.file ?? {};
  if (!db) throw new Error('No project is open');
  const isSealed = (table: string, count: number) =>
    get(
      db,
      countRow,
      'SELECT coalesce(sum(row_count), 0) AS n FROM row_checksum WHERE table_name = @table',
      { table },
    )?.n === count;
  for (let count = 1; count < 4; count += 1) {
    const action = count % 2 ? 'accept' : 'reject';
    await core.client.samples.review({ action, selection: { ids } });
    while (!isSealed('review', count)) await wait(10);
    expect((await core.client.backups.damage()).damage).toEqual([]);
  }
}, 15_000);
