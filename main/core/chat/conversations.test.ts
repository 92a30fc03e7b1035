import { expect, test } from 'vitest';
import type { Message } from '../../../shared/domain/message.ts';
import { samplingSchema, type Identity } from '../../../shared/domain/identity.ts';
import { insertChatAnswer, type StoredAnswer } from '../../store/repositories/chat-answers.ts';
import { requireSession } from '../project/core-state.ts';
import { conversations as shortConversations, refusalOf, TestCore } from '../testing/a-core.ts';
import { turnsOf } from './conversations.ts';

const identity: Identity = {
  baseSha256: 'b1',
  baseName: 'base',
  adapterSha256: null,
  adapterName: null,
  strength: 0,
  templateSha256: 't1',
  sampling: samplingSchema.parse({}),
  engine: 'test',
  device: 'cpu',
};

/** What one pane was asked and answered, as `question>answer` in turn; the last one is stored. */
function answerTo(exchanges: string, pane: 'left' | 'right' = 'left'): StoredAnswer {
  const said = exchanges.split(' ').flatMap((exchange) => exchange.split('>'));
  const messages = said.map((content, index): Message => {
    return { role: index % 2 === 0 ? 'user' : 'assistant', content };
  });
  const output = messages.pop()?.content ?? '';
  return { id: `${pane}: ${exchanges}`, pane, messages, output, finish: 'stop', identity };
}

const shown = (answers: readonly StoredAnswer[], pane: 'left' | 'right' = 'left') =>
  turnsOf(answers, pane)
    .map(({ prompt, output, identity: known }) => `${prompt}>${output}${known ? '' : '?'}`)
    .join(' ');

test.each([
  ['answers that follow each other', ['a>1', 'a>1 b>2'], 'a>1 b>2'],
  ['an answer that was asked for again', ['a>1', 'a>2', 'a>2 b>3'], 'a>2 b>3'],
  ['a prompt that was changed and asked again', ['a>1', 'a>1 b>2', 'a>1 c>3'], 'a>1 c>3'],
  ['an answer whose earlier one is not in the file', ['a>1 b>2'], 'a>1? b>2'],
  // Two copies went on with one conversation and were merged: the later branch is shown whole.
  ['two branches', ['a>1', 'a>1 b>2', 'a>1 c>3', 'a>1 b>2 d>4'], 'a>1 b>2 d>4'],
  ['nothing', [], ''],
])('a pane shows what its last answer stands on: %s', (_, stored, turns) => {
  expect(shown(stored.map((exchanges) => answerTo(exchanges)))).toBe(turns);
});

test('a turn names every branch of its place by the last answer of it, and one that is wanted is shown', () => {
  const stored = ['a>1', 'a>1 b>2', 'a>1 c>3', 'a>4', 'a>1 b>2 d>5', 'a>1 b>2'].map((exchanges) =>
    answerTo(exchanges),
  );
  const branches = (wanted: string[]) =>
    turnsOf(stored, 'left', wanted).map((turn) => [turn.output, turn.branch, turn.branches]);
  expect(branches(['left: a>4'])).toEqual([['4', 1, ['left: a>1 b>2', 'left: a>4']]]);
  expect(branches(['left: a>1 b>2 d>5'])).toEqual([
    ['1', 0, ['left: a>1 b>2', 'left: a>4']],
    ['2', 0, ['left: a>1 b>2', 'left: a>1 c>3']],
    ['5', 0, []],
  ]);
  // What is wanted of the other pane says nothing here.
  expect(shown(stored)).toBe('a>1 b>2');
  expect(branches(['right: a>4'])).toEqual(branches([]));
});

test('a system prompt is told of the turn that was answered behind it, and begins no branch', () => {
  const first = answerTo('a>1');
  const second = answerTo('a>1 b>2');
  const system: Message = { role: 'system', content: 'Be short.' };
  const turns = turnsOf([first, { ...second, messages: [system, ...second.messages] }], 'left');
  expect(turns).toMatchObject([
    { prompt: 'a', output: '1', systemPrompt: '', branches: [], identity },
    { prompt: 'b', output: '2', systemPrompt: 'Be short.', branches: [], identity },
  ]);
});

test('each pane shows its own answers', () => {
  const answers = [answerTo('a>1'), answerTo('a>2', 'right'), answerTo('a>1 b>3')];
  expect([shown(answers), shown(answers, 'right')]).toEqual(['a>1 b>3', 'a>2']);
});

function store(core: TestCore, conversationId: string, exchanges: string, pane?: 'right'): void {
  const { db } = requireSession(core.core.context.core).file;
  insertChatAnswer(db, { conversationId, ...answerTo(exchanges, pane) });
}

test('conversations are listed with the last answered first, after the project was reopened too', async () => {
  await using core = await TestCore.start();
  store(core, 'one', 'first>1');
  store(core, 'two', 'second>2');
  store(core, 'one', 'first>1 again>3', 'right');
  const before = await core.client.chat.list();
  expect(before).toMatchObject({
    total: 2,
    conversations: [
      {
        id: 'one',
        opening: 'first',
        answers: 2,
        name: null,
        systems: { right: { baseName: 'base' } },
      },
      { id: 'two', opening: 'second', answers: 1, systems: { right: null } },
    ],
  });
  await core.client.project.close();
  await core.client.project.open({ path: core.projectPath });
  expect(await core.client.chat.list()).toEqual(before);
  expect(await core.client.chat.list({ limit: 1 })).toMatchObject({
    total: 2,
    conversations: [{ id: 'one' }],
  });
});

test('a search finds every word wherever it stands, without case, and in the name', async () => {
  await using core = await TestCore.start();
  store(core, 'street', 'Wo>Große_STRASSE');
  store(core, 'quotes', 'say_"hi">100%');
  await core.client.things.label({ thing: 'conversation', id: 'quotes', name: 'Greetings' });
  const found = async (query: string) =>
    (await core.client.chat.list({ query })).conversations.map(({ id }) => id);
  expect(await found('strasse GROSSE')).toEqual([]);
  expect(await found('strasse GROßE wo')).toEqual(['street']);
  expect(await found('"hi"')).toEqual(['quotes']);
  expect(await found('100% greet')).toEqual(['quotes']);
  expect(await found('_')).toHaveLength(2);
  expect(await found('%%')).toEqual([]);
  expect(await core.client.chat.get({ id: 'quotes' })).toMatchObject({ name: 'Greetings' });
});

test('a name that was given to a conversation is taken away again, and a dataset keeps its own', async () => {
  await using core = await TestCore.start();
  store(core, 'boats', 'Ketch?>1');
  const thing = { thing: 'conversation', id: 'boats' } as const;
  const { client } = core;
  const before = await client.things.label({ ...thing, name: 'Boats' });
  expect(before).toMatchObject({ name: 'Ketch?', given: null });
  expect(await client.things.planDeletion(thing)).toMatchObject({ name: 'Boats' });
  expect(await client.things.label({ ...thing, name: null })).toMatchObject({ given: 'Boats' });
  expect((await client.chat.list()).conversations).toMatchObject([{ name: null }]);
  const id = await core.freezeDataset(1, 'four');
  const nameless = client.things.label({ thing: 'dataset', id, name: null });
  expect(await refusalOf(nameless)).toMatchObject({ code: 'INVALID_STATE' });
});

test('a conversation that was deleted takes no further answer', async () => {
  await using core = await TestCore.start();
  store(core, 'gone', 'a>1');
  await core.client.things.delete({ thing: 'conversation', id: 'gone' });
  expect(await core.client.chat.list()).toEqual({ conversations: [], total: 0 });
  const send = async () => {
    for await (const _ of await core.client.chat.send({
      conversationId: 'gone',
      pane: 'left',
      system: { modelId: 'm' },
      messages: [{ role: 'user', content: 'b' }],
    }));
  };
  expect(await refusalOf(send())).toMatchObject({
    code: 'NOT_FOUND',
    message: 'This conversation was deleted: begin a new one',
  });
});

test('what was left in the tab is known again, per project, with no change to its file', async () => {
  await using core = await TestCore.start();
  const { project, state } = await core.client.chat.state();
  expect(state).toBeNull();
  const left = {
    conversationId: 'c',
    draft: 'half a question',
    target: 'left' as const,
    systems: {
      left: { modelId: 'm', checkpointId: null, strength: 1 },
      right: null,
      third: null,
      fourth: null,
    },
    paneCount: 3,
    systemPrompt: 'Be short.',
    sampling: samplingSchema.parse({ temperature: 0 }),
  };
  await core.client.chat.saveState({ project, state: left });
  await core.client.project.close();
  // Saved as the project closes: its name goes with it.
  await core.client.chat.saveState({ project, state: { ...left, draft: 'more' } });
  await core.client.project.open({ path: core.projectPath });
  expect((await core.client.chat.state()).state).toEqual({ ...left, draft: 'more' });
  await core.client.project.create({ path: core.path('other.lima') });
  expect((await core.client.chat.state()).state).toBeNull();
});

const secondQuestion = {
  messages: [
    { role: 'user', content: 'And then?' },
    { role: 'assistant', content: 'Then this.' },
    { role: 'user', content: 'And then again?' },
    { role: 'assistant', content: 'Then that.' },
  ],
  source: 'even',
};

test.each([
  ['single questions alone', shortConversations(3), { samples: 3, isSingleTurn: true }],
  [
    'one sample with a second question',
    [...shortConversations(2), secondQuestion],
    { isSingleTurn: false },
  ],
])('of an adapter it is known that it was trained on %s', async (_, samples, known) => {
  await using core = await TestCore.start();
  const model = await core.addModel();
  await core.import(core.writeLines('s.jsonl', samples));
  await core.client.samples.review({ action: 'accept', selection: { filter: {} } });
  const { id: datasetId } = await core.client.datasets.freeze({ name: 'these' });
  const recipe = { epochs: 1, batchSize: 2, rank: 4, threads: 1 };
  const { jobId, runId } = await core.client.runs.start({
    modelId: model.modelId,
    datasetId,
    recipe,
  });
  await core.job(jobId);
  const [checkpoint] = (await core.client.runs.get({ id: runId })).checkpoints;
  const training = await core.client.chat.training({ checkpointId: checkpoint?.id ?? '' });
  expect(training).toMatchObject({ datasetName: 'these', ...known });
  expect(await core.client.chat.training({ checkpointId: 'none' })).toBeNull();
});
