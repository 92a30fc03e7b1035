import { readFileSync } from 'node:fs';
import { inspectProjectFile } from '../../store/file/inspect-project-file.ts';
import { openProjectFile } from '../../store/file/open-project-file.ts';
import { takeOver } from '../project/project-service.ts';
import { isJobFinished } from '../../../shared/domain/job.ts';
import { TestCore } from './a-core.ts';

// Looks into each project of a list as the inspector does; then opens it whatever that said, as if a
// person trusted it or it had changed meanwhile, and does in it what a window and a command can.
// Tells after each what was answered, so that whoever waits sees which one hangs.

interface Listed {
  path: string;
  hasJobs: boolean;
  /** Opened by the window's call as well, with an inspector process. */
  isAsked: boolean;
}

const [folder = '', list = ''] = process.argv.slice(2);
const core = await TestCore.start({ folder, fileRoots: [folder], project: 'none' });
const { client } = core;

type Answers = Record<string, string>;
let answers: Answers = {};

const wordsOf = (error: unknown) => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'no code';
  return `${code}: ${error instanceof Error ? error.message : String(error)}`;
};

/** Asks for something and writes down what it said, cut where it is long; returns what it gave. */
async function ask<Result>(what: string, work: () => Result): Promise<Awaited<Result> | undefined> {
  try {
    const result = await work();
    answers[what] = 'ok';
    return result;
  } catch (error) {
    answers[what] = wordsOf(error).slice(0, 4000);
    return undefined;
  }
}

async function listEverything(): Promise<void> {
  await ask('current', () => client.project.current());
  await ask('jobs', () => client.jobs.list());
  await ask('models', () => client.models.list());
  await ask('checkpoints', () => client.runs.checkpoints());
  const runs = await ask('runs', () => client.runs.list());
  for (const { id } of runs?.slice(0, 2) ?? []) await ask('probe', () => client.runs.probe({ id }));
  await ask('datasets', () => client.datasets.list());
  await ask('facets', () => client.samples.facets());
  await ask('index', () => client.samples.index({}));
  await ask('rows', () => client.samples.rows({ seqs: [1, 2, 3] }));
  await ask('search', () => client.samples.index({ filter: { query: 'number 1' } }));
  const samples = await ask('samples', () => client.samples.list({}));
  for (const { id } of samples?.slice(0, 2) ?? []) {
    await ask('sample', () => client.samples.get({ id }));
    await ask('history', () => client.samples.history({ id }));
  }
  const sets = await ask('prompt sets', () => client.prompts.list());
  for (const { id } of sets?.slice(0, 2) ?? [])
    await ask('prompts', () => client.prompts.get({ id }));
  await ask('backups', () => client.backups.list({}));
}

async function change(out: string): Promise<void> {
  const filter = { filter: {} };
  await ask('accept', () => client.samples.review({ action: 'accept', selection: filter }));
  await ask('undo', () => client.samples.undoReview());
  await ask('undo', () => client.samples.undoReview());
  await ask('accept', () => client.samples.review({ action: 'accept', selection: filter }));
  const dataset = await ask('freeze', () => client.datasets.freeze({ name: 'frozen here' }));
  const known = await ask('datasets', () => client.datasets.list());
  for (const datasetId of new Set([dataset?.id, ...(known ?? []).map(({ id }) => id)]))
    if (datasetId !== undefined)
      await ask('export', () =>
        client.datasets.export({ datasetId, path: out, format: 'messages', overwrite: true }),
      );
  const evaluations = await ask('evaluations', () => client.evaluations.list());
  for (const { id } of evaluations?.slice(0, 2) ?? []) {
    const next = await ask('comparison', () => client.evaluations.comparison({ id, ordinal: 0 }));
    const comparisonId = next?.comparisonId ?? 'none';
    await ask('vote', () => client.evaluations.vote({ comparisonId, verdict: 'left' }));
    await ask('undo vote', () => client.evaluations.undoVote({ id }));
    await ask('reveal', () => client.evaluations.reveal({ id }));
    const report = { id, path: `${out}.html`, format: 'html', overwrite: true } as const;
    await ask('report', () => client.evaluations.saveReport(report));
  }
}

async function runJobs(): Promise<void> {
  const [jobs, models, datasets] = [
    await ask('jobs', () => client.jobs.list()),
    await ask('models', () => client.models.list()),
    await ask('datasets', () => client.datasets.list()),
  ];
  const stopped = (jobs ?? []).filter(({ state }) => isJobFinished(state) && state !== 'succeeded');
  for (const { id } of stopped.slice(0, 5)) {
    if (!(await ask('resume', () => client.jobs.resume({ id })))) continue;
    const { error } = await core.job(id);
    answers[`resumed ${id.slice(0, 9)}`] = error ? `${error.code}: ${error.message}` : 'ok';
  }
  const [modelId = '', datasetId = ''] = [models?.[0]?.id, datasets?.[0]?.id];
  const started = await ask('train', () => client.runs.start({ modelId, datasetId, recipe: {} }));
  if (!started) return;
  const { error } = await core.job(started.jobId);
  answers['trained'] = error ? `${error.code}: ${error.message}` : 'ok';
}

async function tryAll({ path, hasJobs, isAsked }: Listed): Promise<void> {
  await ask('inspect', () => inspectProjectFile(path));
  if (isAsked) await ask('open', () => client.project.open({ path }));
  const opened = await ask('trust', () =>
    takeOver(core.core.context.core, () => openProjectFile(path)),
  );
  if (opened) {
    await listEverything();
    await change(`${path}.out`);
    if (hasJobs) await runJobs();
  }
  await ask('close', () => client.project.close());
}

for (const line of readFileSync(list, 'utf8').split('\n')) {
  const listed: Listed = JSON.parse(line);
  answers = {};
  const startMs = performance.now();
  await tryAll(listed);
  const tookMs = Math.round(performance.now() - startMs);
  process.stdout.write(`${JSON.stringify({ path: listed.path, answers, tookMs })}\n`);
}
await core.core.close();
