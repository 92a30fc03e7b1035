import { truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { run } from '../../store/database.ts';
import { requireSession } from '../project/core-state.ts';
import { shortRecipe, TestCore } from '../testing/a-core.ts';

test('an adapter that is whole on disk but was not listed is adopted at opening, a damaged one is not', async () => {
  await using core = await TestCore.start();
  const { jobId, runId } = await core.startRun({ ...shortRecipe, epochs: 4 });
  await core.job(jobId);
  const { checkpoints } = await core.client.runs.get({ id: runId });
  const [first, second, third, fourth] = checkpoints;
  if (!first || !second || !third || !fourth) throw new Error('The run lacks an epoch');
  run(requireSession(core.core.context.core).file.db, 'DELETE FROM checkpoint WHERE epoch > 1');
  writeFileSync(join(dirname(third.path), 'record.json'), '{"epoch": 3}');
  truncateSync(fourth.path, 100);

  await core.client.project.close();
  await core.client.project.open({ path: core.projectPath });
  const listed = (await core.client.runs.get({ id: runId })).checkpoints;
  const anew = { id: expect.any(String), createdMs: expect.any(Number) };
  expect(listed).toEqual([first, { ...second, ...anew }]);
});
