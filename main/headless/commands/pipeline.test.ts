import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  blindComparisonSchema,
  evaluationSummarySchema,
} from '../../../shared/contract/evaluate.ts';
import { evaluationReportSchema } from '../../../shared/domain/report/evaluation-report.ts';
import { datasetSchema } from '../../../shared/domain/dataset.ts';
import { identitySchema } from '../../../shared/domain/identity.ts';
import { modelInfoSchema } from '../../../shared/domain/model/model.ts';
import { runSchema } from '../../../shared/domain/run.ts';
import { tokenShiftSchema } from '../../../shared/domain/chat/token-shift.ts';
import { sampleRowSchema } from '../../../shared/domain/sample.ts';
import { writeTinyModel } from '../../gguf/tiny/tiny-model.ts';
import { CliFolder } from '../testing/child-cli.ts';

let folder: CliFolder;
beforeAll(async () => {
  folder = new CliFolder('here');
  const model = { embeddingLength: 32, layers: 1, heads: 2, feedForwardLength: 64 };
  for (const name of ['tiny', 'new']) await writeTinyModel(folder.path + `/${name}.gguf`, model);
  folder.write(
    'samples.jsonl',
    Array.from({ length: 6 }, (_, index) => ({
      messages: [
        { role: 'user', content: `Count to ${index}` },
        { role: 'assistant', content: `The count is ${index}.` },
      ],
    })),
  );
  folder.write('prompts.jsonl', [{ prompt: 'One' }, { prompt: 'Two' }, { prompt: 'Three' }]);
});
afterAll(() => folder[Symbol.dispose]());

const answerLine = z.object({
  prompt: z.string(),
  output: z.string(),
  system: z.string(),
  identity: identitySchema,
});
const findingsDocument = z.object({
  findings: z.array(z.object({ name: z.string(), state: z.string() })),
});
/** A machine with little memory or disk makes doctor fail; the findings are there either way. */
const findingsOf = (document: unknown) =>
  z
    .union([
      findingsDocument,
      z.object({ error: z.object({ data: findingsDocument }) }).transform((d) => d.error.data),
    ])
    .parse(document);

const lines = (text: string) => text.trim().split('\n');
const short = ['--set', 'maxTokens=6'];
const base = ['--base', 'tiny.gguf'];

/** The steps build on each other, as a person's do; some of them are processes of their own. */
describe('the whole pipeline by command line', () => {
  it('makes a project and refuses to make it twice', async () => {
    const made = await folder.document(z.object({ path: z.string() }), 'new', 'p.lima');
    expect(made.path).toBe(join(folder.path, 'p.lima'));
    const again = await folder.start(['new', 'p.lima', '--json']).finished;
    expect([again.code, JSON.parse(again.stdout)]).toMatchObject([
      1,
      { error: { code: 'FILE_EXISTS' } },
    ]);
  });

  it('imports once, counts duplicates the second time, and a dry run changes nothing', async () => {
    const report = z.object({ read: z.number(), added: z.number(), duplicates: z.number() });
    const words = ['import', 'p.lima', 'samples.jsonl'];
    const dry = await folder.document(report, ...words, '--dry-run');
    const first = await folder.document(report, ...words);
    const second = await folder.document(report, ...words);
    expect([dry.added, first.added, second.added, second.duplicates]).toEqual([6, 6, 0, 6]);
    folder.write('pictures.jsonl', [{ prompt: 'What is it?', completion: 'Tea', images: ['a'] }]);
    const useless = await folder.run('import', 'p.lima', 'pictures.jsonl', '--json');
    const error = { code: 'NOTHING_IMPORTED', data: { read: 1, added: 0 } };
    expect([useless.code, JSON.parse(useless.stdout)]).toMatchObject([1, { error }]);
    expect(useless.stdout).toContain('the record has images');
  });

  it('pages through samples by key without losing or repeating one, and reviews by id or status', async () => {
    const page = z.object({ samples: z.array(sampleRowSchema), next: z.string().nullable() });
    const list = ['samples', 'p.lima', '--limit', '4'];
    const first = await folder.document(page, ...list);
    const second = await folder.document(page, ...list, '--after', first.next ?? '');
    const ids = [...first.samples, ...second.samples].map((sample) => sample.id);
    expect([first.samples.length, second.next, new Set(ids).size]).toEqual([4, null, 6]);
    const ofTwo = ['review', 'p.lima', 'reject', '--id', ids[0] ?? '', ids[1] ?? ''];
    const changed = z.object({ changed: z.number() });
    expect((await folder.document(changed, ...ofTwo)).changed).toBe(2);
    const rest = ['review', 'p.lima', 'accept', '--all', '--status', 'pending'];
    expect((await folder.document(changed, ...rest)).changed).toBe(4);
  });

  it('freezes the accepted samples only and exports them', async () => {
    const dataset = await folder.document(datasetSchema, 'dataset', 'freeze', 'p.lima', 'four');
    expect(dataset.samples).toBe(4);
    const words = ['dataset', 'export', 'p.lima', 'four', 'out.jsonl', '--format', 'alpaca'];
    expect((await folder.run(...words)).code).toBe(0);
    expect(lines(readFileSync(join(folder.path, 'out.jsonl'), 'utf8'))).toHaveLength(4);
  });

  it('tells the architecture of a model and that it can be trained', async () => {
    const info = await folder.document(modelInfoSchema, 'model', 'inspect', 'tiny.gguf');
    expect([info.architecture, info.trainable]).toEqual(['llama', 'yes']);
  });

  it('shows a dataset as the trainer would see it, as a whole and token by token', async () => {
    const words = ['dataset', 'xray', 'p.lima', 'four', ...base];
    const totals = z.object({ samples: z.number(), dropped: z.number() });
    const whole = await folder.document(z.object({ totals }), ...words);
    expect(whole.totals).toEqual({ samples: 4, dropped: 0 });
    const drop = ['--set', 'maxTokens=20', '--set', 'overlong=drop'];
    const text = await folder.run(...words, ...drop);
    expect([text.code, text.stdout]).toEqual([
      0,
      expect.stringContaining('4 samples do not come as meant'),
    ]);
    expect(text.stdout).toMatch(/#\d+ +Count to \d +Left out: its \d+ tokens are more than 20/);
    const tokens = await folder.run(...words, '--sample', '3');
    expect(tokens.stdout).toMatch(/user +masked +<\|im_start\|>[^]*assistant +trained +"T"/);
    const unknown = await folder.run(...words, '--sample', '99');
    expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringContaining('no sample 99')]);
  });

  it('trains with typed settings, tells progress as JSON lines and keeps an adapter', async () => {
    const settings = ['epochs=2', 'batchSize=2', 'rank=4'].flatMap((pair) => ['--set', pair]);
    const words = ['train', 'p.lima', ...base, '--dataset', 'four', '--name', 'r', ...settings];
    const train = [...words, '--json-lines', '--set=learningRate=0.2'];
    const { code, stdout } = await folder.start(train).finished;
    const documents = lines(stdout).map((line): unknown => JSON.parse(line));
    const run = runSchema.parse(documents.at(-1));
    expect(code).toBe(0);
    expect(documents.slice(0, -1)).not.toHaveLength(0);
    expect(documents.slice(0, -1)).toSatisfy((all: object[]) => all.every((d) => 'progress' in d));
    expect([run.state, run.recipe.epochs, run.recipe.rank]).toEqual(['succeeded', 2, 4]);
    const told = z.object({ progress: z.object({ metric: z.object({ step: z.number() }) }) });
    const steps = documents.flatMap((one) => told.safeParse(one).data?.progress.metric.step ?? []);
    expect(steps).toEqual(Array.from({ length: run.totalSteps }, (_, index) => index + 1));
    expect(run.checkpoints.map((checkpoint) => existsSync(checkpoint.path))).toEqual([true, true]);
    const listed = await folder.document(z.object({ runs: z.array(runSchema) }), 'runs', 'p.lima');
    expect(listed.runs.map((each) => each.name)).toEqual(['r']);
  });

  it('generates from a file with a run as adapter, in order and with identities', async () => {
    const words = ['generate', 'p.lima', ...base, '--prompts', 'prompts.jsonl', ...short];
    const toFile = [...words, '--adapter', 'r@1', '--out', 'answers.jsonl'];
    expect((await folder.start(toFile).finished).code).toBe(0);
    const text = readFileSync(join(folder.path, 'answers.jsonl'), 'utf8');
    const answers = lines(text).map((line) => answerLine.parse(JSON.parse(line)));
    expect(answers.map((answer) => answer.prompt)).toEqual(['One', 'Two', 'Three']);
    expect(answers.map((answer) => answer.system)).toEqual(Array(3).fill('tiny.gguf+r@1'));
    expect(answers[0]?.identity.adapterSha256).toMatch(/^[0-9a-f]{64}$/);
    const plain = await folder.run(...words);
    const printed = lines(plain.stdout).map((line) => answerLine.parse(JSON.parse(line)));
    expect(printed.map((answer) => answer.identity.adapterSha256)).toEqual([null, null, null]);
  });

  it('refuses an adapter on another base of the same shape, named by run or file, and records an allowed one', async () => {
    const model = { embeddingLength: 32, layers: 1, heads: 2, feedForwardLength: 64, seed: 2 };
    await writeTinyModel(join(folder.path, 'other.gguf'), model);
    const systems = 'evaluate p.lima --a tiny.gguf --b other.gguf+r --prompts prompts.jsonl';
    const named = await folder.run(...systems.split(' '), '--json');
    const refused = {
      error: { code: 'ADAPTER_OTHER_BASE', message: expect.stringContaining('With --other-base') },
    };
    expect([named.code, JSON.parse(named.stdout)]).toMatchObject([1, refused]);
    const listed = await folder.document(z.object({ runs: z.array(runSchema) }), 'runs', 'p.lima');
    copyFileSync(listed.runs[0]?.checkpoints[0]?.path ?? '', join(folder.path, 'copied.gguf'));
    const words = 'chat --base other.gguf --adapter copied.gguf --prompt Hello';
    const chat = [...words.split(' '), ...short];
    const byFile = await folder.run(...chat, '--json');
    expect([byFile.code, JSON.parse(byFile.stdout)]).toMatchObject([1, refused]);
    const answer = z.object({ identity: identitySchema, tokenShift: tokenShiftSchema });
    const { identity, tokenShift } = await folder.document(
      answer,
      ...chat,
      '--token-shift',
      '--other-base',
      '--strength',
      '0.5',
    );
    expect(identity.strength).toBe(0.5);
    expect(identity.adapterBaseSha256).toBe(listed.runs[0]?.baseSha256);
    expect(identity.adapterBaseSha256).not.toBe(identity.baseSha256);
    expect(tokenShift.totals?.tokens).toBe(tokenShift.tokens.length);
  });

  it('chats without a project: the same seed gives the same answer', async () => {
    const words = ['chat', ...base, '--prompt', 'Hello', ...short];
    const answer = z.object({ output: z.string(), outputTokens: z.number() });
    const [first, second] = [
      await folder.document(answer, ...words),
      await folder.document(answer, ...words),
    ];
    expect(first).toEqual(second);
    expect(first.outputTokens).toBeGreaterThan(0);
  });

  it('evaluates two systems blind and shows pairs that name neither', async () => {
    const systems = ['--a', 'tiny.gguf', '--b', 'tiny.gguf+r', '--name', 'e'];
    const words = ['evaluate', 'p.lima', ...systems, '--prompts', 'prompts', ...short];
    const created = await folder.document(evaluationSummarySchema, ...words);
    expect([created.comparisons, created.isRevealed]).toEqual([3, false]);

    const list = await folder.run('vote', 'p.lima', 'e', '--list');
    const pairs = lines(list.stdout).map((line) => blindComparisonSchema.parse(JSON.parse(line)));
    expect(list.stdout).not.toMatch(/tiny|adapter/);
    expect(pairs.map((pair) => pair.ordinal)).toEqual([0, 1, 2]);
  });

  it.skipIf(process.platform !== 'linux')('takes votes by keys, and takes them back', async () => {
    const cli = folder.startOnTerminal(['vote', 'p.lima', 'e']);
    await cli.printed(/Comparison 1\b/);
    cli.child.stdin?.write('1');
    await cli.printed(/Comparison 2\b/);
    cli.child.stdin?.write('x3');
    await cli.printed(/Comparison 3\b/);
    cli.child.stdin?.write('u');
    await cli.printed(/Comparison 3\b[^]*Comparison 2\b/);
    cli.child.stdin?.write('q');
    const { code, stdout } = await cli.finished;
    expect(code).toBe(0);
    expect(stdout).toContain('1 vote stored; 1 of 3 comparisons are voted on.');
  });

  it('takes votes from a script and reports only once revealed', async () => {
    const early = await folder.run('report', 'p.lima', 'e', '--json');
    expect([early.code, JSON.parse(early.stdout)]).toMatchObject([
      1,
      { error: { code: 'INVALID_STATE' } },
    ]);

    const verdicts = [0, 1, 2].map((ordinal) => ({ ordinal, verdict: 'left' }));
    folder.write('verdicts.jsonl', verdicts);
    const votes = z.object({ votes: z.number(), voted: z.number() });
    const vote = ['vote', 'p.lima', 'e', '--verdicts', 'verdicts.jsonl'];
    expect(await folder.document(votes, ...vote)).toMatchObject({ votes: 3, voted: 3 });
    const report = z.object({ format: z.literal('lima-evaluation-report') });
    await folder.document(report, 'report', 'p.lima', 'e', '--reveal');
    await folder.run('report', 'p.lima', 'e', '--format', 'html', '--out', 'e.html');
    expect(readFileSync(join(folder.path, 'e.html'), 'utf8')).toContain('<!doctype html>');
    const lost = await folder.run('report', 'p.lima', 'e', '--lost', '--embed-with', 'new.gguf');
    expect(lost.stdout).toMatch(/^[AB] \(.+\) lost \d of 3 judged comparisons in e\.$/m);
    expect(readFileSync(join(folder.path, 'p.lima')).includes('new.gguf')).toBe(false);
  });

  it('extends a revealed evaluation by further prompts, blind again, and reports both together', async () => {
    const extend = ['evaluate', 'p.lima', '--extend', 'e', '--prompts-count', '2'];
    const other = await folder.run(...extend, '--b', 'tiny.gguf');
    expect([other.code, other.stderr]).toEqual([
      2,
      expect.stringContaining('--b cannot be changed by --extend'),
    ]);
    const exhausted = await folder.run(...extend, '--json');
    expect([exhausted.code, exhausted.stdout]).toEqual([
      1,
      expect.stringContaining('compared on every prompt of “prompts” already'),
    ]);
    folder.write('more.jsonl', [{ prompt: 'Four' }, { prompt: 'Five' }, { prompt: 'Six' }]);
    const further = [...extend, '--prompts', 'more.jsonl'];
    expect(await folder.document(evaluationSummarySchema, ...further)).toMatchObject({
      name: 'e, extended',
      comparisons: 2,
      readyPairs: 2,
      isRevealed: false,
      systemA: null,
    });
    folder.write('more-verdicts.jsonl', [
      { ordinal: 0, verdict: 'neither' },
      { ordinal: 1, verdict: 'neither' },
    ]);
    const votes = z.object({ voted: z.number() });
    const vote = ['vote', 'p.lima', 'e, extended', '--verdicts', 'more-verdicts.jsonl'];
    expect((await folder.document(votes, ...vote)).voted).toBe(2);
    const reveal = ['report', 'p.lima', 'e, extended', '--reveal'];
    expect(await folder.document(evaluationReportSchema, ...reveal)).toMatchObject({
      statistics: { n: 2, ties: 2 },
      pooled: { earlier: [{ name: 'e', statistics: { n: 3 } }], statistics: { n: 5 } },
    });
  });

  it('replaces a file that no export wrote only with --overwrite, and a project or model never', async () => {
    const generate = ['generate', 'p.lima', ...base, '--prompts', 'prompts.jsonl', ...short];
    const commands = (file: string) => [
      ['dataset', 'export', 'p.lima', 'four', file],
      ['report', 'p.lima', 'e', '--out', file],
      [...generate, '--out', file],
    ];
    const mine = join(folder.path, 'mine.txt');
    for (const words of commands('mine.txt')) {
      writeFileSync(mine, 'precious');
      const refused = await folder.run(...words);
      expect(refused.code).toBe(1);
      expect(refused.stderr).toMatch(/FILE_EXISTS: .*mine\.txt is there already.*--overwrite/);
      expect(readFileSync(mine, 'utf8')).toBe('precious');
      expect((await folder.run(...words, '--overwrite')).code).toBe(0);
      expect(readFileSync(mine, 'utf8')).not.toContain('precious');
      // What an export of one's own wrote is replaced by the next one.
      expect((await folder.run(...words)).code).toBe(0);
    }
    const everyPlace = ['p.lima', 'p.lima-wal', 'p.lima.lock', 'p.lima.d/x', 'tiny.gguf'];
    for (const name of everyPlace)
      for (const words of name === 'p.lima' ? commands(name) : commands(name).slice(0, 1)) {
        const before = readFileSync(join(folder.path, 'tiny.gguf'));
        const refused = await folder.run(...words, '--overwrite');
        expect([refused.code, refused.stderr]).toEqual([
          1,
          expect.stringContaining('INVALID_INPUT'),
        ]);
        expect(readFileSync(join(folder.path, 'tiny.gguf')).equals(before)).toBe(true);
      }
    expect((await folder.run('info', 'p.lima')).code).toBe(0);
  }, 120_000);

  it('votes by expected answers without a keyboard', async () => {
    folder.write('asked.jsonl', [
      { prompt: 'One', expected: 'qqq' },
      { prompt: 'Two', expected: 'zzz' },
    ]);
    const systems = ['--a', 'tiny.gguf', '--b', 'tiny.gguf+r', '--name', 'expected'];
    await folder.run('evaluate', 'p.lima', ...systems, '--prompts', 'asked.jsonl', ...short);
    const voted = await folder.run('vote', 'p.lima', 'expected', '--expected', '--json');
    expect([voted.code, JSON.parse(voted.stdout)]).toMatchObject([0, { votes: 2, voted: 2 }]);
  });

  it('refuses a value the core does not take as wrong usage, and says which', async () => {
    const { code, stderr } = await folder.run('samples', 'p.lima', '--limit', '5000');
    expect(code).toBe(2);
    expect(stderr).toMatch(/USAGE: .*limit .*1000/);
  });

  it('examines the machine with the real libraries and leaves no trace', async () => {
    const { stdout } = await folder.start(['doctor', '--json']).finished;
    const { findings } = findingsOf(JSON.parse(stdout));
    const libraries = findings.filter(({ name }) => /sqlite|ggml|llama/.test(name));
    expect(libraries.map(({ state }) => state)).toEqual(['ok', 'ok', 'ok']);
    const settings = readFileSync(join(folder.path, 'user', 'settings.json'), 'utf8');
    expect(settings).not.toContain('doctor.lima');
  });

  it('leaves one project file behind, without journal or lock', () => {
    const left = ['p.lima-wal', 'p.lima-shm', 'p.lima-journal'];
    expect(left.filter((name) => existsSync(join(folder.path, name)))).toEqual([]);
  });
});
