import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isContractProcedure } from '@orpc/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { contract } from '../../../shared/contract/contract.ts';
import { samplingSchema } from '../../../shared/domain/identity.ts';
import type { ProcedureMeta } from '../../../shared/contract/errors.ts';
import { createProjectFile } from '../../store/file/open-project-file.ts';
import { fillEveryTable } from '../../store/testing/fill-every-table.ts';
import { refusalOf, TestCore } from '../testing/a-core.ts';
import { folderState } from '../testing/folder-state.ts';

const procedures = Object.entries({ ...contract }).flatMap(([namespace, group]) =>
  Object.entries(group).map(([name, procedure]) => {
    if (!isContractProcedure(procedure)) throw new Error(`${namespace}.${name} is no procedure`);
    const { access }: ProcedureMeta = procedure['~orpc'].meta;
    return { path: `${namespace}.${name}`, access };
  }),
);

const folder = mkdtempSync(join(tmpdir(), 'lima-read-only-'));
const projectPath = join(folder, 'place', 'p.lima');

// Every procedure that is said to read, with what makes it do its work on a project of one row or
// more in every table. One that is missing here is missing in no test: the last one asks for it.
const inputs: Record<string, unknown> = {
  'app.info': undefined,
  'app.setAuthor': { author: 'me' },
  'answers.list': undefined,
  'app.about': undefined,
  'app.notices': undefined,
  'app.settings': undefined,
  'app.changeSettings': { theme: 'dark' },
  'app.commands': undefined,
  'project.current': undefined,
  'project.sample': undefined,
  'project.pipeline': undefined,
  'project.defaults': undefined,
  'project.recent': undefined,
  'project.open': { path: projectPath },
  'project.contents': undefined,
  'project.trust': undefined,
  'project.watch': undefined,
  'project.closeWhenDone': { isWanted: false },
  'project.ongoing': undefined,
  'project.opening': undefined,
  'backups.damage': undefined,
  'backups.list': {},
  'backups.folder': undefined,
  'backups.setFolder': { folder: null },
  'files.pick': { purpose: 'save' },
  'files.list': { path: folder },
  'bin.count': undefined,
  'bin.plan': { selection: { filter: {} } },
  'bin.planEmpty': undefined,
  'samples.index': {},
  'samples.rows': { seqs: [1, 2, 3] },
  'samples.list': {},
  'samples.get': { id: 'x' },
  'samples.facets': undefined,
  'samples.nearest': { messages: [{ role: 'user', content: 'x' }] },
  'samples.nearestByMeaning': {
    model: { modelId: 'x' },
    prompts: [[{ role: 'user', content: 'x' }]],
  },
  'samples.duplicates': {},
  'scans.list': undefined,
  'scans.plan': { recipe: {}, count: 1 },
  'scans.examples': { recipe: {}, reason: 'not-drawn' },
  'samples.flags': { id: 'x', messages: [] },
  'samples.history': { id: 'x' },
  'datasets.list': undefined,
  'datasets.progress': { workId: 'x' },
  'datasets.export': { datasetId: 'x', path: join(folder, 'out.jsonl'), format: 'messages' },
  'devices.list': undefined,
  'devices.test': { device: 'none' },
  'models.list': undefined,
  'models.inspect': { path: join(folder, 'x.gguf') },
  'xray.open': { modelId: 'x', datasetId: 'x', recipe: {} },
  'xray.sample': { xrayId: 'x', sampleId: 'x' },
  'runs.inspectAdapter': { modelId: 'x', fromAdapter: 'a' },
  'runs.planMemory': { modelId: 'x', recipe: {} },
  'runs.list': undefined,
  'runs.get': { id: 'r' },
  'runs.planPruning': { runId: 'r', rule: { keep: 'last', count: 1 } },
  'runs.tryTemplate': { modelId: 'x', chatTemplate: '' },
  'runs.estimateTime': { modelId: 'x', datasetId: 'x', recipe: {} },
  'runs.compare': { ids: ['r', 's'] },
  'runs.saveComparison': { ids: ['r', 's'], format: 'csv', path: join(folder, 'runs.csv') },
  'runs.probe': { id: 'r' },
  'runs.metrics': { runId: 'r' },
  'runs.checkpoints': undefined,
  'jobs.list': undefined,
  'jobs.get': { id: 'x' },
  'jobs.cancel': { id: 'x' },
  'jobs.watch': {},
  'chat.list': { query: 'a' },
  'chat.get': { id: 'c' },
  'chat.state': undefined,
  'chat.saveState': {
    project: 'p',
    state: {
      conversationId: 'c',
      draft: '',
      systemPrompt: '',
      target: 'both',
      systems: { left: null, right: null, third: null, fourth: null },
      paneCount: 2,
      sampling: samplingSchema.parse({}),
    },
  },
  'chat.training': { checkpointId: 'x' },
  'chat.tokenShift': {
    pane: 'left',
    system: { modelId: 'x' },
    messages: [{ role: 'user', content: 'a' }],
    output: 'b',
  },
  'chat.stop': { conversationId: 'c', pane: 'left' },
  'chat.unload': undefined,
  'generations.run': { system: { basePath: join(folder, 'x.gguf') }, items: [] },
  'prompts.list': undefined,
  'prompts.get': { id: 'x' },
  'prompts.export': { id: 'x', path: join(folder, 'prompts.jsonl') },
  'things.labels': { thing: 'run' },
  'things.planDeletion': { thing: 'run', id: 'r' },
  'disk.usage': undefined,
  'merges.undoable': undefined,
  'merges.editConflicts': undefined,
  'merges.edits': { sampleId: 'x' },
  'evaluations.list': undefined,
  'evaluations.get': { id: 'e' },
  'evaluations.comparison': { id: 'e' },
  'evaluations.voteTags': undefined,
  'evaluations.ownResults': { id: 'e' },
  'studies.ownResults': { id: 's' },
  'evaluations.report': { id: 'e', format: 'json' },
  'choices.get': { runId: 'r' },
  'grades.next': { kind: 'evaluation', id: 'e' },
  'grades.list': { kind: 'evaluation', id: 'e' },
  'grades.report': { kind: 'evaluation', id: 'e' },
  'grades.csv': { kind: 'evaluation', id: 'e' },
  'grades.saveCsv': { kind: 'evaluation', id: 'e', path: join(folder, 'grades.csv') },
  'studies.list': undefined,
  'studies.get': { id: 's' },
  'studies.pace': undefined,
  'studies.comparison': { id: 's' },
  'studies.report': { id: 's', format: 'json' },
  'studies.saveReport': { id: 's', format: 'json', path: join(folder, 'study.json') },
  'statistics.saveFigure': {
    figure: { title: 'none', width: 1, height: 1, marks: [] },
    path: join(folder, 'figure.svg'),
  },
  'network.status': undefined,
  'network.setEnabled': { isEnabled: true },
  'network.allow': { baseUrl: 'http://127.0.0.1:1/v1' },
  'network.setKey': { baseUrl: 'http://127.0.0.1:1/v1', key: 'k' },
  'network.models': { baseUrl: 'http://127.0.0.1:1/v1' },
  'network.test': { baseUrl: 'http://127.0.0.1:1/v1', model: 'm' },
  'network.answers': {
    system: { endpoint: { baseUrl: 'http://127.0.0.1:1/v1', model: 'm' } },
    items: [{ key: 'k', messages: [{ role: 'user', content: 'a' }] }],
  },
  'network.log': {},
  'network.forget': { baseUrl: 'http://127.0.0.1:1/v1' },
  'audits.list': undefined,
  'audits.get': { id: 'x' },
  'judgings.list': { kind: 'evaluation', id: 'e' },
  'judgings.results': { id: 'x' },
  'rubrics.list': undefined,
  'statistics.ofFile': { path: join(folder, 'x.gguf') },
  'evaluations.saveReport': { id: 'e', format: 'json', path: join(folder, 'report.json') },
};

const isStream = (output: unknown): output is AsyncIterable<unknown> =>
  typeof output === 'object' && output !== null && Symbol.asyncIterator in output;

/** Calls a procedure by its name with an abort soon after; returns the code of its refusal. */
async function outcomeOf(core: TestCore, path: string, input: unknown): Promise<string> {
  const [namespace = '', name = ''] = path.split('.');
  const group: unknown = Reflect.get(core.client, namespace);
  if (typeof group !== 'object' && typeof group !== 'function') throw new Error(`No ${namespace}`);
  const call: unknown = group && Reflect.get(group, name);
  if (typeof call !== 'function') throw new Error(`There is no ${path}`);
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), 300);
  try {
    const output: unknown = await call(input, { signal: stop.signal });
    if (isStream(output)) for await (const _ of output) if (stop.signal.aborted) break;
    return 'done';
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  } finally {
    clearTimeout(timer);
  }
}

describe('with a project that is open for reading only', () => {
  let core: TestCore;
  let before: Record<string, string>;

  beforeAll(async () => {
    core = await TestCore.start({ project: 'none' });
    mkdirSync(join(folder, 'place'));
    const file = createProjectFile(projectPath);
    fillEveryTable(file.db);
    // JSON has no infinite numbers, so that the contract lets none pass.
    file.db.exec('UPDATE run_metric SET grad_norm = 1');
    file.close();
    chmodSync(projectPath, 0o444);
    before = folderState(join(folder, 'place'));
    writeFileSync(join(folder, 'x.gguf'), 'GGUF');
    await core.client.project.open({ path: projectPath });
  });

  afterAll(async () => {
    await core[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  const editing = procedures.filter(({ access }) => access === 'edit');
  test.each(editing)('$path is refused whatever it is given', async ({ path }) => {
    for (const input of [undefined, {}, { id: 'x' }])
      expect(await outcomeOf(core, path, input)).toBe('PROJECT_READ_ONLY');
  });

  test.each(Object.entries(inputs))('%s is answered and writes nothing', async (path, input) => {
    const outcome = await outcomeOf(core, path, input);
    expect(['PROJECT_READ_ONLY', 'INTERNAL_SERVER_ERROR', 'NO_PROJECT']).not.toContain(outcome);
    expect(folderState(join(folder, 'place'))).toEqual(before);
  });

  test('the project is not replaced by a backup of it', async () => {
    expect(await outcomeOf(core, 'backups.restore', { path: projectPath })).toBe(
      'PROJECT_READ_ONLY',
    );
  });

  test('a refusal says why and what to do, with the path and the reason as values', async () => {
    const refusal = await refusalOf(core.client.datasets.freeze({ name: 'd' }));
    expect(refusal.message).toBe(
      'The project is open for reading only. The file or its folder cannot be written. Copy the ' +
        'project to a folder that you can write and open the copy, or change the permissions and ' +
        'open it again.',
    );
    await expect(core.client.datasets.freeze({ name: 'd' })).rejects.toMatchObject({
      data: { path: projectPath, reason: 'not-writable' },
    });
  });
});

// These open another project or none, which the test above must not, or replace a project by its
// backup: not this one.
const openers = [
  'backups.restore',
  'project.create',
  'project.createSample',
  'project.openSample',
  'project.saveAs',
  'project.close',
];

test('every procedure is said to edit, or is called in the test of those that read', () => {
  const known = [...Object.keys(inputs), ...openers].toSorted();
  const reading = procedures.filter(({ access }) => access === 'read').map(({ path }) => path);
  expect(known).toEqual(reading.toSorted());
});
