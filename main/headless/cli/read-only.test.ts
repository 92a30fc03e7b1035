import { chmodSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readOnlyNotice } from '../../../shared/text/project/read-only.ts';
import { CliFolder } from '../testing/child-cli.ts';

const notice = readOnlyNotice('not-writable');

test('commands that read note on standard error that a project takes no changes, others end with 1', async () => {
  using folder = new CliFolder();
  await folder.run('new', 'p.lima');
  const path = join(folder.path, 'p.lima');
  chmodSync(path, 0o444);
  const before = readFileSync(path);
  const info = await folder.run('info', 'p.lima', '--json');
  expect(info).toMatchObject({ code: 0, stderr: `${notice}\n` });
  expect(JSON.parse(info.stdout)).toMatchObject({ access: 'read', readReason: 'not-writable' });
  const review = await folder.run('review', 'p.lima', 'accept', '--all');
  expect(review).toEqual({ code: 1, stdout: '', stderr: `PROJECT_READ_ONLY: ${notice}\n` });
  const asJson = await folder.run('dataset', 'freeze', 'p.lima', 'd', '--json');
  expect(asJson.code).toBe(1);
  expect(JSON.parse(asJson.stdout)).toMatchObject({
    error: { code: 'PROJECT_READ_ONLY', data: { path, reason: 'not-writable' } },
  });
  expect(readFileSync(path).equals(before)).toBe(true);
  expect(readdirSync(folder.path).toSorted()).toEqual(['p.lima', 'user']);
});
