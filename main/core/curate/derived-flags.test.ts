import { copyFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Message } from '../../../shared/domain/message.ts';
import type { Sample, SampleFilter } from '../../../shared/domain/sample.ts';
import { run } from '../../store/database.ts';
import { mergeFiles } from '../../store/merge/merge-files.ts';
import { openProjectFile } from '../../store/file/open-project-file.ts';
import { getSample } from '../../store/repositories/samples/samples.ts';
import { requireSession } from '../project/core-state.ts';
import { TestCore } from '../testing/a-core.ts';
import { answer, postRow, postsDump, question } from './testing/import-fixtures.ts';

const prose = 'Yeast works slowly when it is cold, and slow work gives the dough more taste. ';
const title = 'How does bread dough rise in a cold kitchen overnight?';

let core: TestCore;
beforeAll(async () => {
  core = await TestCore.start();
});
afterAll(() => core[Symbol.asyncDispose]());

/** Imports a question whose answer only breaks rules in its HTML, and returns the sample. */
async function importPost(id: number, body = `<p>${prose.repeat(20)}</p>`): Promise<Sample> {
  const rows = [
    question(id, { Title: title, Body: `<p>Number ${id}, in which the dough stays flat.</p>` }),
    answer(id + 1, id, { Score: 31, Body: body.replace('Yeast', `Yeast ${id}`) }),
  ];
  const path = core.path('Posts.xml');
  writeFileSync(path, postsDump(rows.map((row) => postRow(row))));
  await core.import(path);
  const [row] = await core.client.samples.list({ filter: { query: `Yeast ${id}` } });
  return await core.client.samples.get({ id: row?.id ?? '' });
}

const edited = (sample: Sample, role: Message['role'], change: (text: string) => string) =>
  sample.messages.map((message) =>
    message.role === role ? { ...message, content: change(message.content) } : message,
  );

async function edit(sample: Sample, messages: Message[]): Promise<Sample> {
  const { id } = sample;
  const { versionId } = await core.client.samples.get({ id });
  return await core.client.samples.edit({ id, baseVersionId: versionId, messages });
}

const rulesOf = (sample: { flags: Sample['flags'] }) =>
  sample.flags.map(({ rule, scope }) => `${rule} ${scope}`);

const linked = `<p><a href="https://tea.stackexchange.com/q/1">Tea</a>. ${prose.repeat(20)}</p>`;

describe('the flags of a community sample', () => {
  test('are those of its words after every edit, and those of the import when it is as imported', async () => {
    const sample = await importPost(2, linked);
    expect(rulesOf(sample)).toEqual(['cross-reference raw']);
    const spoken = await edit(
      sample,
      edited(sample, 'assistant', (text) => `I say: ${text}`),
    );
    expect(rulesOf(spoken)).toEqual(['first-person cleaned']);
    const short = await edit(
      sample,
      edited(sample, 'assistant', () => 'In the fridge.'),
    );
    expect(short.flags).toEqual([
      {
        rule: 'answer-too-short',
        scope: 'cleaned',
        reason: 'the answer has 14 characters, below 1,200',
      },
    ]);
    expect((await edit(sample, sample.messages)).flags).toEqual(sample.flags);
  });

  test('about the answer stay when the question alone is edited, and the other way round', async () => {
    const sample = await importPost(4, linked);
    const asked = await edit(
      sample,
      edited(sample, 'user', () => 'Cold dough'),
    );
    expect(rulesOf(asked)).toEqual(['cross-reference raw', 'title-not-self-contained both']);
    const mended = await edit(
      sample,
      edited(sample, 'user', () => 'Does cold dough rise at all?'),
    );
    expect(rulesOf(mended)).toEqual(['cross-reference raw']);
  });

  test('are told for words that are not saved, and nothing is stored then', async () => {
    const sample = await importPost(6);
    const { id } = sample;
    const messages = edited(sample, 'assistant', (text) => `${text} My word.`);
    const flags = await core.client.samples.flags({ id, messages });
    expect(rulesOf({ flags })).toEqual(['first-person cleaned']);
    expect(await core.client.samples.get({ id })).toEqual(sample);
    expect(await core.client.samples.flags({ id, messages: [] })).not.toEqual([]);
  });

  // What was imported by an earlier version has no measurements of the HTML.
  test('of an earlier version keep what the HTML said for as long as the answer is that', async () => {
    const sample = await importPost(8, linked);
    const { db } = requireSession(core.core.context.core).file;
    run(
      db,
      `UPDATE sample SET provenance_json = json_remove(provenance_json, '$.answerHtml')
       WHERE seq = @seq`,
      { seq: sample.seq },
    );
    const asked = await edit(
      sample,
      edited(sample, 'user', () => 'Cold dough'),
    );
    expect(rulesOf(asked)).toEqual(['cross-reference raw', 'title-not-self-contained both']);
    const spoken = await edit(
      sample,
      edited(sample, 'assistant', (text) => `${text} Ask me.`),
    );
    expect(rulesOf(spoken)).toEqual(['first-person cleaned']);
  });

  test('are counted and filtered by as they are after an edit', async () => {
    const sample = await importPost(10);
    const count = async () => {
      const { flags } = await core.client.samples.facets();
      return flags.find(({ flag }) => flag === 'answer-too-short')?.samples ?? 0;
    };
    const before = await count();
    await edit(
      sample,
      edited(sample, 'assistant', () => 'Short.'),
    );
    expect(await count()).toBe(before + 1);
    const listed = await core.client.samples.list({ filter: { flag: 'answer-too-short' } });
    expect(listed.map((row) => row.id)).toContain(sample.id);
    expect(listed.find((row) => row.id === sample.id)?.flags).toEqual(['answer-too-short']);
  });
});

test('a hand-written sample and one of a dataset have no flag of these rules', async () => {
  const messages: Message[] = [
    { role: 'user', content: 'Hm' },
    { role: 'assistant', content: 'I see.' },
  ];
  const sample = await core.client.samples.create({ messages, source: 'manual' });
  const text = edited(sample, 'assistant', () => 'My dear.');
  expect((await edit(sample, text)).flags).toEqual([]);
});

test('a merge brings the words of an edit with the flags of these words, in both directions', async () => {
  const sample = await importPost(12, linked);
  await using other = await TestCore.start();
  const copy = other.path('copy.lima');
  const save = (name: string) => {
    const { db } = requireSession(core.core.context.core).file;
    run(db, 'VACUUM INTO @path', { path: core.path(name) });
  };
  save('before.lima');
  copyFileSync(core.path('before.lima'), copy);
  await edit(
    sample,
    edited(sample, 'assistant', () => 'I am short.'),
  );
  save('after.lima');
  const flagsAfter = (own: string, theirs: string) => {
    const place = { own: other.path('own.lima'), other: other.path('other.lima') };
    copyFileSync(own, place.own);
    copyFileSync(theirs, place.other);
    mergeFiles(place, { path: theirs, isOtherProject: false, onStep: () => undefined });
    const file = openProjectFile(place.own);
    try {
      return getSample(file.db, sample.id);
    } finally {
      file.close();
    }
  };
  const wanted = ['answer-too-short cleaned', 'first-person cleaned'];
  for (const [own, theirs] of [
    [copy, core.path('after.lima')],
    [core.path('after.lima'), copy],
  ] as const) {
    const merged = flagsAfter(own, theirs);
    expect(merged && rulesOf(merged)).toEqual(wanted);
  }
});

describe('the counts of the filter bar', () => {
  const filters: SampleFilter[] = [
    {},
    { status: 'accepted' },
    { status: 'rejected', flag: 'none' },
    { source: 'odd' },
    { query: 'word' },
    { query: 'nothing-has-this' },
    { source: 'even', query: 'question 1' },
    { flag: 'answer-too-short', status: 'pending' },
    { flag: 'none' },
    { source: 'no such', status: 'accepted', flag: 'none', query: 'word' },
  ];
  let counted: TestCore;
  beforeAll(async () => {
    counted = await TestCore.start();
    const lines = Array.from({ length: 60 }, (_, index) => ({
      conversations: [`word question ${index % 20} of ${index}`, `answer ${index}`],
      source: index % 2 === 0 ? 'even' : 'odd',
    }));
    await counted.import(counted.writeLines('lima.jsonl', lines));
    const rows = Array.from({ length: 20 }, (_, index) => [
      question(3 * index + 1, { Title: title.replace('bread', `bread ${index}`) }),
      answer(3 * index + 2, 3 * index + 1, { Body: `<p>${prose.repeat(index)} word</p>` }),
    ]);
    const path = counted.path('Posts.xml');
    writeFileSync(path, postsDump(rows.flat().map((row) => postRow(row))));
    await counted.import(path);
    const all = await counted.client.samples.list({ limit: 1000 });
    const ids = (every: number) =>
      all.filter((_, index) => index % every === 0).map((row) => row.id);
    await counted.client.samples.review({ action: 'accept', selection: { ids: ids(3) } });
    await counted.client.samples.review({ action: 'reject', selection: { ids: ids(5) } });
  });
  afterAll(() => counted[Symbol.asyncDispose]());

  test.each(filters)('under %j are what each choice then lists', async (filter) => {
    const { samples } = counted.client;
    const listed = async (change: SampleFilter) =>
      (await samples.index({ filter: { ...filter, ...change } })).count;
    const facets = await samples.facets({ filter });
    for (const status of ['pending', 'accepted', 'rejected'] as const)
      expect(facets.statuses[status]).toBe(await listed({ status }));
    for (const source of ['odd', 'even', 'stackexchange']) {
      const count = facets.sources.find((entry) => entry.source === source)?.samples ?? 0;
      expect(count).toBe(await listed({ source }));
    }
    for (const flag of ['answer-too-short', 'first-person'] as const) {
      const count = facets.flags.find((entry) => entry.flag === flag)?.samples ?? 0;
      expect(count).toBe(await listed({ flag }));
    }
    expect(facets.unflagged).toBe(await listed({ flag: 'none' }));
  });
});
