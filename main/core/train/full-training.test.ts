import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { expect, test } from 'vitest';
import { run } from '../../store/database.ts';
import { requireSession } from '../project/core-state.ts';
import { shortRecipe, TestCore } from '../testing/a-core.ts';

test('answers after a full training come from its own model, which is adopted like an adapter', async () => {
  await using core = await TestCore.start();
  const started = await core.startRun({ ...shortRecipe, method: 'full', outputType: 'Q8_0' });
  expect(await core.job(started.jobId)).toMatchObject({ state: 'succeeded' });
  const { checkpoints } = await core.client.runs.get({ id: started.runId });
  const last = checkpoints.at(-1);
  if (!last) throw new Error('The run saved nothing');
  expect(basename(last.path)).toBe('model.gguf');
  const hash = createHash('sha256').update(readFileSync(last.path)).digest('hex');
  expect(hash).toBe(last.sha256);

  const system = { modelId: started.model.modelId, checkpointId: last.id, strength: 1 };
  const messages = [{ role: 'user' as const, content: 'Hello' }];
  const sampling = { maxTokens: 4, seed: 1 };
  const request = { conversationId: 'c', pane: 'left' as const, system, messages, sampling };
  const identities = [];
  for await (const event of await core.client.chat.send(request))
    if (event.type === 'answer') identities.push(event.answer.identity);
  expect(identities).toMatchObject([
    { baseSha256: hash, baseName: expect.stringContaining('epoch 2'), adapterSha256: null },
  ]);

  run(requireSession(core.core.context.core).file.db, 'DELETE FROM checkpoint WHERE epoch = 2');
  await core.client.project.close();
  await core.client.project.open({ path: core.projectPath });
  const adopted = (await core.client.runs.get({ id: started.runId })).checkpoints;
  expect(adopted.map(({ path, sha256 }) => ({ path, sha256 }))).toContainEqual({
    path: last.path,
    sha256: hash,
  });
});
