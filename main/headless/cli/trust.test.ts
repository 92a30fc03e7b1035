import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { writeTinyModel } from '../../gguf/tiny/tiny-model.ts';
import { upsertModel } from '../../store/repositories/models.ts';
import { storedModelInfo } from '../../store/testing/old-project.ts';
import { createProjectFile } from '../../store/file/open-project-file.ts';
import { fillEveryTable } from '../../store/testing/fill-every-table.ts';
import { folderState } from '../../core/testing/folder-state.ts';
import { CliFolder } from '../testing/child-cli.ts';

/** Puts a project that was made elsewhere into the folder. */
function receiveProject(folder: CliFolder): void {
  const file = createProjectFile(join(folder.path, 'p.lima'));
  fillEveryTable(file.db);
  file.close();
}

/** What must stay as it is: everything beside the settings. */
function projectState(folder: CliFolder): Record<string, string> {
  const entries = Object.entries(folderState(folder.path));
  return Object.fromEntries(entries.filter(([path]) => !path.includes('/user')));
}

test('a command that writes is refused by a project from elsewhere, with what it holds and how to trust it', async () => {
  using folder = new CliFolder('here');
  receiveProject(folder);
  const before = projectState(folder);
  const refused = await folder.run('review', 'p.lima', 'accept', '--all');
  expect(refused).toMatchObject({ code: 1, stdout: '' });
  expect(refused.stderr).toContain('PROJECT_READ_ONLY: The project is open for reading only.');
  expect(refused.stderr).toMatch(
    /written by\n\s+me: 4 samples · 7 reviews · 4 votes · 1 dataset, /,
  );
  expect(refused.stderr).toContain('m: /m.gguf');
  expect(refused.stderr).toContain('train “T” (paused): /m.gguf');
  expect(refused.stderr).toContain('Trust it with: lima trust p.lima');
  const info = await folder.run('info', 'p.lima');
  expect(info.code).toBe(0);
  expect(info.stdout).toMatch(/me: 4 samples/);
  expect(info.stderr).toMatch(/^The project is open for reading only\. It was not made on this/);
  expect(projectState(folder)).toEqual(before);
});

test('a project is trusted by a command of its own or by --trust, once', async () => {
  using folder = new CliFolder('here');
  receiveProject(folder);
  const trusted = await folder.run('trust', 'p.lima');
  expect(trusted.code).toBe(0);
  expect(trusted.stderr).toContain('me: 4 samples');
  expect(trusted.stdout).toMatch(/p\.lima is trusted on this machine from now on\.\n$/);
  expect((await folder.run('review', 'p.lima', 'accept', '--all')).code).toBe(0);
  using other = new CliFolder('here');
  receiveProject(other);
  expect((await other.run('review', 'p.lima', 'accept', '--all', '--trust')).code).toBe(0);
  expect((await other.run('review', 'p.lima', 'reset', '--all')).code).toBe(0);
});

test('a project that a command line made is its own, at once and in the next process', async () => {
  using folder = new CliFolder('here');
  await folder.start(['new', 'own.lima']).finished;
  const review = folder.start(['review', 'own.lima', 'accept', '--all']);
  expect((await review.finished).code).toBe(0);
});

test('restoring a project that was never trusted leaves it so, unless --trust says otherwise', async () => {
  using folder = new CliFolder('here');
  receiveProject(folder);
  copyFileSync(join(folder.path, 'p.lima'), join(folder.path, 'backup.lima'));
  const restored = await folder.run('restore', 'p.lima', 'backup.lima');
  expect(restored.code).toBe(0);
  expect(restored.stderr).toContain('The project is open for reading only.');
  expect(restored.stderr).toContain('Trust it with: lima trust p.lima');
  expect((await folder.run('review', 'p.lima', 'accept', '--all')).code).toBe(1);
  expect((await folder.run('restore', 'p.lima', 'backup.lima', '--trust')).code).toBe(0);
  expect((await folder.run('review', 'p.lima', 'accept', '--all')).code).toBe(0);
});

test('a run from elsewhere goes on only with --trust, which says what it would use', async () => {
  using folder = new CliFolder('here');
  receiveProject(folder);
  await folder.run('trust', 'p.lima');
  const refused = await folder.run('train', 'p.lima', '--resume', 'r');
  expect(refused.code).toBe(1);
  expect(refused.stderr).toMatch(
    /JOB_FROM_ELSEWHERE: “T” \(train\) was not started on this machine.*It would use \/m\.gguf\. Add --trust to let it go on\./,
  );
  const confirmed = await folder.run('train', 'p.lima', '--resume', 'r', '--trust');
  expect(confirmed.stderr).toContain('It would use /m.gguf.');
  expect(confirmed.stderr).toContain('MODEL_MISSING');
  const again = await folder.run('train', 'p.lima', '--resume', 'r');
  expect(again.stderr).not.toContain('JOB_FROM_ELSEWHERE');
});

test('a model from elsewhere is listed as such, and used once a person confirmed where it is', async () => {
  using folder = new CliFolder('here');
  const path = join(folder.path, 'tiny.gguf');
  const { sha256 } = await writeTinyModel(path, { embeddingLength: 32, layers: 1 });
  const file = createProjectFile(join(folder.path, 'p.lima'));
  upsertModel(file.db, { sha256, path, info: { ...storedModelInfo, name: 'theirs' } });
  upsertModel(file.db, { sha256: 'other', path, info: { ...storedModelInfo, name: 'forged' } });
  file.close();
  const listed = await folder.run('model', 'confirm', 'p.lima');
  expect(listed.stdout).toMatch(
    /tiny \(theirs.*\n.*tiny\.gguf\n.*from elsewhere: nobody on this machine/,
  );
  expect((await folder.run('model', 'confirm', 'p.lima', 'theirs')).stderr).toContain(
    'PROJECT_READ_ONLY',
  );
  const forged = await folder.run('model', 'confirm', 'p.lima', 'forged', '--trust');
  expect(forged.stderr).toContain('MODEL_CHANGED');
  const confirmed = z.object({ path: z.string(), sha256: z.string() });
  expect(await folder.document(confirmed, 'model', 'confirm', 'p.lima', 'theirs')).toEqual({
    path,
    sha256,
  });
  expect((await folder.run('model', 'confirm', 'p.lima')).stdout).toMatch(/tiny\.gguf\n\s+in use/);
});
