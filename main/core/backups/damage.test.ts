import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { conversations, TestCore } from '../testing/a-core.ts';
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

test('checking and sealing leave the event loop free for other work', async () => {
  await using core = await TestCore.start();
  await core.import(core.writeLines('many.jsonl', conversations(20_000)));
  await core.client.samples.review({ action: 'accept', selection: { filter: {} } });
  const gaps: number[] = [];
  const over = new AbortController();
  const watch = (async () => {
    for (let last = performance.now(); !over.signal.aborted;) {
      await wait(1);
      const now = performance.now();
      gaps.push(now - last);
      last = now;
    }
  })();
  await checks(core).seal();
  over.abort();
  await watch;
  // Many short turns, of which a busy machine makes a few long.
  expect(gaps.length).toBeGreaterThan(10);
  expect(gaps.toSorted((a, b) => a - b)[Math.floor(gaps.length / 2)]).toBeLessThan(50);
});
