import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { TestCore } from './testing/a-core.ts';

test('kill -9 of the core during a run leaves every sample and finished epoch to open again', async () => {
  await using first = await TestCore.start();
  await first.core.close();
  const script = new URL('./testing/hold-core.ts', import.meta.url).pathname;
  const core = spawn(process.execPath, [script, first.folder, '2'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said] = await once(core.stdout, 'data');
  const runId = String(said).trim();
  core.kill('SIGKILL');
  await once(core, 'exit');

  await using again = await TestCore.start({ folder: first.folder, project: 'open' });
  const run = await again.client.runs.get({ id: runId });
  expect(run.state).toBe('interrupted');
  expect(run.lastMetric?.epoch).toBeGreaterThan(2);
  expect(run.checkpoints.length).toBeGreaterThanOrEqual(2);
  for (const { path, sha256 } of run.checkpoints)
    expect(createHash('sha256').update(readFileSync(path)).digest('hex')).toBe(sha256);
  expect((await again.client.samples.facets()).statuses).toMatchObject({ accepted: 4 });
  expect(await again.client.datasets.list()).toHaveLength(1);
  expect((await again.client.jobs.cancel({ id: run.jobId })).state).toBe('cancelled');
  await again.client.project.close();
  const left = readdirSync(first.folder).filter((name) => name.startsWith('p.lima'));
  expect(left.toSorted()).toEqual(['p.lima', 'p.lima.backups', 'p.lima.d']);
});
