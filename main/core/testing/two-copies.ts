import { copyFileSync } from 'node:fs';
import { run } from '../../store/database.ts';
import { openProjectFile } from '../../store/file/open-project-file.ts';
import { fillEveryTable } from '../../store/testing/fill-every-table.ts';
import { TestCore } from './a-core.ts';

/** A core whose project has rows in every table, closed, and a copy of it. */
export async function twoCopies(): Promise<{ core: TestCore; other: string }> {
  const core = await TestCore.start();
  await core.client.project.close();
  const file = openProjectFile(core.projectPath);
  fillEveryTable(file.db);
  run(file.db, 'DELETE FROM packet');
  // JSON has no infinite numbers, so that the contract lets none pass.
  run(file.db, 'UPDATE run_metric SET grad_norm = 1');
  file.close();
  const other = core.path('other.lima');
  copyFileSync(core.projectPath, other);
  return { core, other };
}
