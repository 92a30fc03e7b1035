import { expect, test } from 'vitest';
import type { DuplicatesEvent } from '../../../shared/contract/duplicates.ts';
import { TestCore } from '../testing/a-core.ts';

const rest = 'Let the dough rest in a cold place over night and bake it in the morning.';
const said = (question: string, answer: string) => ({
  messages: [
    { role: 'user', content: question },
    { role: 'assistant', content: answer },
  ],
});

async function duplicates(
  core: TestCore,
  request: Parameters<TestCore['client']['samples']['duplicates']>[0] = {},
) {
  const events: DuplicatesEvent[] = [];
  for await (const event of await core.client.samples.duplicates(request)) events.push(event);
  const last = events.at(-1);
  if (last?.type !== 'found') throw new Error('Nothing was found');
  return last;
}

test('samples that say the same are grouped, unless they are rejected or in the bin', async () => {
  await using core = await TestCore.start();
  const lines = [
    said('How do I bake bread at home?', rest),
    said('How do I bake bread at home?!', `${rest} Then eat it.`),
    said('How do I BAKE bread, at home?', `${rest} Then eat it!`),
    said('Why is the sky blue above us?', 'Short waves are scattered more than long ones.'),
  ];
  await core.import(core.writeLines('alike.jsonl', lines));
  const rows = await core.client.samples.list({});
  const [first = '', second = '', third = ''] = rows.map(({ id }) => id);

  expect(await duplicates(core)).toMatchObject({
    compared: 4,
    groups: [{ sampleIds: [first, second, third] }],
  });
  const exact = await duplicates(core, { kind: 'exact' });
  expect(exact.groups).toEqual([{ sampleIds: [second, third], similarity: 1 }]);
  const asked = await duplicates(core, { kind: 'exact', part: 'prompt' });
  expect(asked.groups).toEqual([{ sampleIds: [first, second, third], similarity: 1 }]);
  const strict = await duplicates(core, { threshold: 0.95, part: 'answer' });
  expect(strict.groups).toEqual([{ sampleIds: [second, third], similarity: 1 }]);

  await core.client.samples.review({ action: 'reject', selection: { ids: [first] } });
  await core.client.bin.move({ move: 'bin', selection: { ids: [third] } });
  expect(await duplicates(core)).toMatchObject({ compared: 2, groups: [] });
  await core.client.bin.move({ move: 'restore', selection: { ids: [third] } });
  expect(await duplicates(core)).toMatchObject({
    compared: 3,
    groups: [{ sampleIds: [second, third] }],
  });
});

test('a search that is given up leaves the project to others', async () => {
  await using core = await TestCore.start();
  const lines = Array.from({ length: 600 }, (_, index) =>
    said(`Question ${index}?`, `${rest} ${index}`),
  );
  await core.import(core.writeLines('many.jsonl', lines));
  const stop = new AbortController();
  const events = await core.client.samples.duplicates({}, { signal: stop.signal });
  stop.abort();
  const seen: string[] = [];
  for await (const { type } of events) seen.push(type);
  expect(seen).not.toContain('found');
  expect((await duplicates(core)).groups[0]?.sampleIds).toHaveLength(600);
});
