import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { backupSchema } from '../../../shared/domain/project/backup.ts';
import { CliFolder } from '../testing/child-cli.ts';

const sampleLines = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    messages: [
      { role: 'user', content: `Count to ${index}` },
      { role: 'assistant', content: `The count is ${index}.` },
    ],
  }));

const info = z.object({ samples: z.object({ pending: z.number() }) });

test('a project is backed up, listed, restored when it is broken, and restored back', async () => {
  using folder = new CliFolder('here');
  folder.write('few.jsonl', sampleLines(3));
  folder.write('more.jsonl', sampleLines(5));
  await folder.run('new', 'p.lima');
  await folder.run('import', 'p.lima', 'few.jsonl');
  const made = await folder.document(backupSchema, 'backup', 'p.lima');
  expect(made).toMatchObject({ reason: 'asked', counts: { samples: 3 } });
  await folder.run('import', 'p.lima', 'more.jsonl');
  const listed = await folder.run('backup', 'list', 'p.lima');
  expect(listed.stdout).toContain('compared with now it lacks 2 samples and 2 versions of samples');
  expect(listed.stdout).toContain('The last 3 backups are kept');

  writeFileSync(`${folder.path}/p.lima`, 'nothing that opens');
  const restored = z.object({ restored: z.string(), kept: z.string() });
  const back = await folder.document(restored, 'restore', 'p.lima', made.name);
  expect(basename(back.kept)).toMatch(/-damaged\.lima$/);
  expect((await folder.document(info, 'info', 'p.lima')).samples.pending).toBe(3);

  rmSync(`${folder.path}/p.lima`);
  await folder.document(z.object({ kept: z.null() }), 'restore', 'p.lima');
  expect((await folder.document(info, 'info', 'p.lima')).samples.pending).toBe(3);
}, 180_000);

test('restoring without any backup is refused in a sentence and changes nothing', async () => {
  using folder = new CliFolder('here');
  await folder.run('new', 'p.lima');
  const refused = await folder.run('restore', 'p.lima');
  expect(refused.code).toBe(1);
  expect(refused.stderr).toMatch(/has no backup that is whole/);
  const named = await folder.run('restore', 'p.lima', '000009-nothing.lima');
  expect(named.stderr).toMatch(/has no backup “000009-nothing\.lima”/);
});

test('the folder for backups is shown, chosen and given up, and a backup goes where it says', async () => {
  using folder = new CliFolder('here');
  const answer = z.object({ folder: z.string().nullable() });
  await folder.run('new', 'p.lima');
  expect(await folder.document(answer, 'backup', 'folder')).toEqual({ folder: null });
  const missing = await folder.run('backup', 'folder', 'copies');
  expect(missing).toMatchObject({ code: 1, stderr: expect.stringMatching(/no folder .*copies/) });
  const copies = join(folder.path, 'copies');
  mkdirSync(copies);
  const chosen = await folder.run('backup', 'folder', 'copies');
  expect(chosen.stdout).toBe(`Backups go to ${copies}.\n`);
  expect(await folder.document(answer, 'backup', 'folder')).toEqual({ folder: copies });
  const made = await folder.document(backupSchema, 'backup', 'p.lima');
  expect(made.path.startsWith(copies)).toBe(true);
  expect((await folder.run('backup', 'folder', 'copies', '--beside')).code).toBe(2);
  expect(await folder.document(answer, 'backup', 'folder', '--beside')).toEqual({ folder: null });
  const beside = await folder.document(backupSchema, 'backup', 'p.lima');
  expect(beside.path.startsWith(copies)).toBe(false);
}, 180_000);
