import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { evaluationReportSchema } from '../../shared/domain/report/evaluation-report.ts';
import { sideOf, type SystemKey } from '../../shared/domain/evaluate/evaluation.ts';
import type { SystemSpec } from '../../shared/domain/identity.ts';
import type { Run } from '../../shared/domain/run.ts';
import type { ChatAnswer } from '../../shared/contract/chat.ts';
import { comparisonsOf } from '../store/repositories/comparisons.ts';
import { requireSession } from './project/core-state.ts';
import { conversations, refusalOf, shortRecipe, TestCore } from './testing/a-core.ts';

const sha256 = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');
const leftOf = (ordinal: number) => sideOf(5, ordinal);
const sampling = { maxTokens: 12, temperature: 0.7, seed: 7 };

let core: TestCore;
beforeAll(async () => {
  core = await TestCore.start();
});
afterAll(() => core[Symbol.asyncDispose]());

async function ask(system: SystemSpec): Promise<{ answer: ChatAnswer; streamed: string }> {
  const messages = [{ role: 'user' as const, content: 'Hello' }];
  const request = { conversationId: 'c', pane: 'left' as const, system, messages, sampling };
  let streamed = '';
  for await (const event of await core.client.chat.send(request)) {
    if (event.type === 'text') streamed += event.text;
    if (event.type === 'answer') return { answer: event.answer, streamed };
  }
  throw new Error('The stream ended without an answer');
}

// One project goes through the whole pipeline: each test continues where the one before ended.
describe('the pipeline through the contract', () => {
  let model: { modelId: string; path: string; sha256: string };
  let datasetId: string;
  let run: Run;

  test('a second import of a file adds nothing, and a dry run stores nothing', async () => {
    const path = core.writeLines('four.jsonl', conversations(4));
    const counts = async (dryRun: boolean) => {
      const { result } = await core.import(path, { dryRun });
      return [result?.['read'], result?.['added'], result?.['duplicates']];
    };
    expect([await counts(true), await counts(false), await counts(false)]).toEqual([
      [4, 4, 0],
      [4, 4, 0],
      [4, 0, 4],
    ]);
    expect((await core.client.samples.facets()).statuses).toMatchObject({ pending: 4 });
  });

  test('a dataset holds the accepted samples and stays as it was frozen', async () => {
    const [first, ...rest] = await core.client.samples.list({});
    if (!first) throw new Error('The project has no sample');
    const ids = rest.map((row) => row.id);
    await core.client.samples.review({ action: 'accept', selection: { ids } });
    const dataset = await core.client.datasets.freeze({ name: 'three' });
    expect(dataset.samples).toBe(3);
    await core.client.samples.review({ action: 'accept', selection: { ids: [first.id] } });
    const [again] = await core.client.datasets.list();
    expect(again).toEqual(dataset);
    expect((await refusalOf(core.client.datasets.freeze({ name: 'three' }))).code).toBe(
      'NAME_TAKEN',
    );
    datasetId = dataset.id;
  });

  test.each(['messages', 'alpaca', 'sharegpt', 'lima'] as const)(
    'a dataset exported as %s comes back with the same content hash',
    async (format) => {
      const path = core.path(`${format}.jsonl`);
      const written = await core.client.datasets.export({ datasetId, path, format });
      expect(written).toMatchObject({ samples: 3, sizeBytes: readFileSync(path).length });
      await using other = await TestCore.start();
      await other.import(path);
      await other.client.samples.review({ action: 'accept', selection: { filter: {} } });
      const copy = await other.client.datasets.freeze({ name: 'copy' });
      const [original] = await core.client.datasets.list();
      expect(copy.contentHash).toBe(original?.contentHash);
    },
  );

  test('an export over the open project or into its folder is refused', async () => {
    for (const path of [core.projectPath, join(`${core.projectPath}.d`, 'x.jsonl')]) {
      const call = core.client.datasets.export({ datasetId, path, format: 'messages' });
      expect((await refusalOf(call)).code).toBe('INVALID_INPUT');
    }
    expect(readFileSync(core.projectPath, 'latin1').slice(0, 15)).toBe('SQLite format 3');
  });

  test('a run goes on when nobody watches it, and its metrics end with it', async () => {
    model = await core.addModel();
    const started = await core.client.runs.start({
      modelId: model.modelId,
      datasetId,
      recipe: shortRecipe,
    });
    const leaving = new AbortController();
    const watch = await core.client.jobs.watch({}, { signal: leaving.signal });
    for await (const job of watch) if (job.id === started.jobId) break;
    leaving.abort();
    const steps: number[] = [];
    for await (const { metrics } of await core.client.runs.metrics({ runId: started.runId }))
      steps.push(...metrics.map((metric) => metric.step));
    run = await core.client.runs.get({ id: started.runId });
    expect([run.state, run.totalSteps, steps]).toEqual(['succeeded', 4, [1, 2, 3, 4]]);
    expect(run.encodeReport).toMatchObject({ samples: 3, dropped: [], truncated: [] });
  });

  test('a checkpoint is listed with the hash of its file and has its record beside it', () => {
    expect(run.checkpoints.map(({ epoch, step }) => [epoch, step])).toEqual([
      [1, 2],
      [2, 4],
    ]);
    for (const checkpoint of run.checkpoints) {
      expect(sha256(checkpoint.path)).toBe(checkpoint.sha256);
      const record: unknown = JSON.parse(
        readFileSync(join(dirname(checkpoint.path), 'record.json'), 'utf8'),
      );
      expect(record).toMatchObject({
        base: { sha256: model.sha256 },
        adapter: { sha256: checkpoint.sha256 },
        extra: { dataset: 'three', run: run.name },
        epoch: checkpoint.epoch,
      });
    }
  });

  test('an answer carries the hashes of the base and adapter that gave it', async () => {
    const base = { modelId: model.modelId, checkpointId: null, strength: 1 };
    const last = run.checkpoints.at(-1);
    if (!last) throw new Error('The run has no checkpoint');
    const plain = await ask(base);
    const adapted = await ask({ ...base, checkpointId: last.id });
    for (const { answer, streamed } of [plain, adapted]) expect(streamed).toBe(answer.output);
    const hashes = ({ answer: { identity } }: typeof plain) => [
      identity.baseSha256,
      identity.adapterSha256,
    ];
    expect(hashes(plain)).toEqual([sha256(model.path), null]);
    expect(hashes(adapted)).toEqual([sha256(model.path), sha256(last.path)]);
    expect((await core.client.chat.unload()).unloaded).toBe(true);
  });

  describe('an evaluation', () => {
    let id: string;
    const prompts = ['One', 'Two', 'Three', 'Four', 'Five', 'Six', 'Seven'];

    beforeAll(async () => {
      writeFileSync(core.path('prompts.txt'), prompts.map((prompt) => `${prompt}\n`).join(''));
      const { set } = await core.client.prompts.import({ path: core.path('prompts.txt') });
      const base = { modelId: model.modelId };
      // Twice its strength, so that a run of four steps is heard in every answer.
      const adapted = { ...base, checkpointId: run.checkpoints.at(-1)?.id ?? '', strength: 4 };
      const created = await core.client.evaluations.create({
        name: 'e',
        promptSetId: set.id,
        a: base,
        b: adapted,
        sampling: { ...sampling, temperature: 1.5 },
        seed: 5,
      });
      id = created.evaluationId;
      await core.job(created.jobId);
    });

    test('has every prompt answered by both systems', async () => {
      const summary = await core.client.evaluations.get({ id });
      expect(summary).toMatchObject({ comparisons: 7, generatedA: 7, generatedB: 7 });
    });

    test('shows both answers on the sides that the seed says and nothing that names a system', async () => {
      const stored = comparisonsOf(requireSession(core.core.context.core).file.db, id);
      for (const { ordinal, a, b } of stored) {
        const shown = await core.client.evaluations.comparison({ id, ordinal });
        const outputs: Record<SystemKey, string | undefined> = { a: a?.output, b: b?.output };
        const left = leftOf(ordinal);
        expect(shown).toEqual({
          comparisonId: expect.any(String),
          ordinal,
          prompt: [{ role: 'user', content: prompts[ordinal] }],
          left: outputs[left],
          right: outputs[left === 'a' ? 'b' : 'a'],
          dialogue: null,
          verdict: null,
          reason: '',
          tags: [],
        });
      }
    });

    test('refuses a report while it is blind', async () => {
      const early = core.client.evaluations.report({ id, format: 'json' });
      expect((await refusalOf(early)).code).toBe('INVALID_STATE');
    });

    test('counts one vote for each comparison, which can be changed and taken back', async () => {
      const { client } = core;
      const comparison = async (ordinal: number) => {
        const shown = await client.evaluations.comparison({ id, ordinal });
        if (!shown) throw new Error(`There is no comparison ${ordinal}`);
        return shown;
      };
      const vote = async (ordinal: number, verdict: 'left' | 'right' | 'neither') => {
        const { comparisonId } = await comparison(ordinal);
        return await client.evaluations.vote({ comparisonId, verdict, durationMs: 10 });
      };
      const { voted: tied } = await client.evaluations.get({ id });
      await vote(0, 'right');
      expect((await vote(0, 'left')).voted).toBe(tied + 1);
      expect((await comparison(0)).verdict).toBe('left');
      await vote(1, 'neither');
      await vote(2, 'right');
      expect((await client.evaluations.undoVote({ id }))?.ordinal).toBe(2);
      expect((await comparison(2)).verdict).toBeNull();
    });

    test('refuses votes after it was revealed and reports the counts that were voted', async () => {
      const { client } = core;
      const shown = await client.evaluations.comparison({ id, ordinal: 2 });
      expect((await client.evaluations.reveal({ id })).isRevealed).toBe(true);
      const comparisonId = shown?.comparisonId ?? '';
      const late = [
        client.evaluations.vote({ comparisonId, verdict: 'left' }),
        client.evaluations.undoVote({ id }),
      ];
      for (const call of late) expect((await refusalOf(call)).code).toBe('INVALID_STATE');

      const { text } = await client.evaluations.report({ id, format: 'json' });
      const report = evaluationReportSchema.parse(JSON.parse(text));
      const human = report.authors.find((author) => author.authorKind === 'human');
      expect(report.counts.comparisons).toBe(7);
      expect(human).toMatchObject({
        votes: 2,
        statistics: { n: 2, wins: Number(leftOf(0) === 'a'), ties: 1 },
      });
      expect(report.systems.b.identities.map((identity) => identity.adapterSha256)).toEqual([
        run.checkpoints.at(-1)?.sha256,
      ]);
    });

    test('is reported as an HTML page and as Markdown', async () => {
      const { report } = core.client.evaluations;
      const page = await report({ id, format: 'html' });
      const notes = await report({ id, format: 'markdown' });
      expect([page.fileName, notes.fileName]).toEqual(['e.html', 'e.md']);
      expect(page.text).toMatch(/^<!doctype html>/);
      for (const prompt of prompts) expect(page.text).toContain(prompt);
      expect(notes.text).toMatch(/^# /);
    });

    test('is saved as it is shown, and never over the project', async () => {
      const { report, saveReport } = core.client.evaluations;
      const path = join(dirname(core.projectPath), 'report.html');
      const { text } = await report({ id, format: 'html' });
      const saved = await saveReport({ id, format: 'html', path });
      expect(saved).toEqual({ path, sizeBytes: Buffer.byteLength(text) });
      expect(readFileSync(path, 'utf8')).toBe(text);
      const overProject = saveReport({ id, format: 'html', path: core.projectPath });
      expect((await refusalOf(overProject)).code).toBe('INVALID_INPUT');
    });
  });

  test('the project is one file again after it was closed', async () => {
    await core.client.project.close();
    for (const suffix of ['-wal', '-shm', '-journal', '.lock'])
      expect(existsSync(core.projectPath + suffix)).toBe(false);
  });
});
