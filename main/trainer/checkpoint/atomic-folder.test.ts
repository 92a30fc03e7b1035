import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../testing/open-model.ts';
import { clearLeftovers } from './atomic-folder.ts';

test('what a killed process left is cleared, and an epoch that it was replacing comes back', async () => {
  await using folder = await temporaryFolder();
  const leave = async (name: string) => {
    await mkdir(join(folder.path, name));
    await writeFile(join(folder.path, name, 'content'), name);
  };
  const between = ['epoch-001.replaced', 'epoch-001.partial'];
  const after = ['epoch-002.replaced', 'epoch-002'];
  const others = ['resume-00000004', 'resume-00000005.partial', 'resume-00000003.damaged'];
  for (const name of [...between, ...after, ...others]) await leave(name);
  await clearLeftovers(folder.path);
  expect((await readdir(folder.path)).toSorted()).toEqual([
    'epoch-001',
    'epoch-002',
    'resume-00000003.damaged',
    'resume-00000004',
  ]);
});
