import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { countRow } from '../columns.ts';
import { all, get } from '../database.ts';
import { inspectProjectFile } from './inspect-project-file.ts';
import { openProjectFile } from './open-project-file.ts';
import { statusCounts } from '../repositories/samples/sample-list.ts';
import { aProject } from '../testing/a-project.ts';
import { migrations } from '../migrations/registry.ts';

const writer = new URL('../testing/write-until-killed.ts', import.meta.url).pathname;

/** Runs the writer, kills it after some acknowledgements and returns the last one it gave. */
async function writeAndKill(path: string, start: number, afterAcks: number): Promise<number> {
  const child = spawn(process.execPath, [writer, path, String(start)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.setEncoding('utf8');
  for await (const chunk of child.stdout) {
    text += String(chunk);
    if (text.split('\n').length > afterAcks) child.kill('SIGKILL');
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  const lines = text.split('\n').slice(0, -1);
  return Number(lines.at(-1));
}

test('every acknowledged sample and review survives kill -9 in the middle of writing', async () => {
  using project = aProject();
  project.file.close();
  let start = 1;
  let acknowledged = 0;
  for (const afterAcks of [1, 7, 23, 60]) {
    const last = await writeAndKill(project.path, start, afterAcks);
    expect(last).toBeGreaterThanOrEqual(start);
    acknowledged += last - start + 1;
    const file = openProjectFile(project.path);
    expect(statusCounts(file.db).accepted).toBeGreaterThanOrEqual(acknowledged);
    const damage = all(file.db, z.unknown(), 'PRAGMA integrity_check');
    expect(damage).toEqual([{ integrity_check: 'ok' }]);
    const stored = get(file.db, countRow, 'SELECT count(*) AS n FROM sample');
    start = (stored?.n ?? 0) + 1;
    file.close();
    expect(inspectProjectFile(project.path)).toBe(migrations.length);
  }
});
