import { expect, test } from 'vitest';
import type { MeaningEvent } from '../../../shared/contract/curate.ts';
import { writeTinyModel } from '../../gguf/tiny/tiny-model.ts';
import { textHash } from '../../store/content-hash.ts';
import { VectorCache } from '../../store/vector-cache.ts';
import { refusalOf, TestCore } from '../testing/a-core.ts';

const said = (question: string) => ({
  messages: [
    { role: 'user', content: question },
    { role: 'assistant', content: 'It depends.' },
  ],
});
const questions = Array.from({ length: 12 }, (_, at) => `Question ${'abcdefghijkl'[at]}?`);

async function search(
  core: TestCore,
  named: string | { path: string },
  prompts: string[],
  limit = 3,
) {
  const model = typeof named === 'string' ? { modelId: named } : named;
  const asked = prompts.map((content) => [{ role: 'user' as const, content }]);
  const events: MeaningEvent[] = [];
  const request = { model, prompts: asked, limit };
  for await (const event of await core.client.samples.nearestByMeaning(request)) events.push(event);
  const last = events.at(-1);
  if (last?.type !== 'found') throw new Error('Nothing was found');
  return { ...last, events };
}

test('samples are found by the vectors of a model, each made once on a machine', async () => {
  await using core = await TestCore.start();
  const { modelId: model, sha256 } = await core.addModel();
  await core.import(core.writeLines('questions.jsonl', [...questions, 'Pending?'].map(said)));
  const rows = await core.client.samples.list({});
  const accepted = rows.filter(({ promptPreview }) => promptPreview !== 'Pending?');
  const selection = { ids: accepted.map(({ id }) => id) };
  await core.client.samples.review({ action: 'accept', selection });

  const found = await search(core, model, ['Question c?', 'Question h?']);
  expect(found.accepted).toBe(12);
  const nearest = found.prompts.map((samples) => samples.map((one) => one.promptPreview));
  expect(nearest.map(([first]) => first)).toEqual(['Question c?', 'Question h?']);
  expect(nearest.flat()).toHaveLength(6);
  expect(found.prompts[0]?.[0]?.similarity).toBeCloseTo(1, 5);
  expect(found.events.map(({ type }) => type)).toEqual(['loading', 'embedded', 'found']);
  expect(found.events[1]).toMatchObject({ done: 12, total: 12 });

  // A vector that stands in the cache counts: so it is not made again.
  {
    using cache = new VectorCache(`${core.folder}/user`, `${sha256} 1`);
    const hashes = [...questions, 'Question z?'].map(textHash);
    const known = cache.read(hashes);
    expect(known.size).toBe(12);
    const ofC = known.get(textHash('Question c?')) ?? new Float32Array();
    cache.write(new Map([[textHash('Question z?'), ofC]]));
  }
  const again = await search(core, model, ['Question z?']);
  expect(again.prompts[0]?.[0]).toMatchObject({ promptPreview: 'Question c?' });
  expect(again.prompts[0]?.[0]?.similarity).toBeCloseTo(1, 5);

  // The same words by another file, which is only read.
  const path = core.path('other.gguf');
  await writeTinyModel(path, { embeddingLength: 64, layers: 1, seed: 7 });
  const byFile = await search(core, { path }, ['Question c?']);
  expect(byFile.prompts[0]?.[0]).toMatchObject({ promptPreview: 'Question c?' });
  expect((await core.client.models.list()).map(({ id }) => id)).toEqual([model]);
  const gone = search(core, { path: core.path('gone.gguf') }, ['Any?']);
  expect((await refusalOf(gone)).message).toContain('gone.gguf');
});

test('without an accepted sample nothing is near, and a model that is gone is told', async () => {
  await using core = await TestCore.start();
  const { modelId: model } = await core.addModel();
  expect(await search(core, model, ['Any?'])).toMatchObject({ prompts: [[]], accepted: 0 });
  expect(await refusalOf(search(core, 'gone', ['Any?']))).toMatchObject({ code: 'NOT_FOUND' });
});
