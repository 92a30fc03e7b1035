import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { formatDuration } from '../../../shared/text/numbers.ts';
import { defineCommand } from '../cli/command.ts';
import { describeOutcome } from '../demo/describe-outcome.ts';
import { demoFiles, shortPlan, wholePlan } from '../demo/make-plan.ts';
import { heldOutAccuracy, readQuestions } from '../demo/held-out.ts';
import { importAndWait, reportOf, runPipeline } from '../demo/run-pipeline.ts';
import { openCore, type CoreClient } from '../cli/open-core.ts';

/** `lima demo`: the whole pipeline on the sample project, in a few minutes. */
export const demoCommand = defineCommand({
  name: 'demo',
  usage: 'demo [FOLDER] [--short]',
  summary: 'Teach Atlas, a small base model, to answer; ask it what no sample mentions; compare.',
  positionals: { min: 0, max: 1 },
  options: {
    short: { type: 'boolean', description: 'a hundred samples and a part of the questions' },
  },
  details: () => ['', 'FOLDER receives the project, the model and the report; default: a new one.'],
  async run(call) {
    const startMs = Date.now();
    const folder = await demoFolder(call.positionals[0]);
    await using core = await openCore();
    const { client } = core;
    const project = await client.project.create({ path: join(folder, 'demo.lima') });
    let step = 0;
    const tell = (text: string) => call.terminal.note(`${(step += 1)}. ${text}`);
    const plan = call.options.short ? await shortPlan(folder) : await wholePlan();
    const done = await runPipeline(client, plan, call, tell);
    tell('Import a community dump, for you to choose from');
    done.imports.push(await importAndWait(client, demoFiles.dump, call));
    tell('Write the report');
    const reportFiles = await writeReports(client, done.evaluationId, folder);
    const report = await reportOf(client, done.evaluationId);
    const heldOut = heldOutAccuracy(report, await readQuestions(plan.promptsPath));
    const durationMs = Date.now() - startMs;
    call.terminal.result(
      { project: project.path, durationMs, heldOut, ...done, reportFiles, report },
      describeOutcome({ ...done, heldOut, report, reportFiles }) +
        `\nProject ${project.path}\nDone in ${formatDuration(durationMs)}.`,
    );
  },
});

async function demoFolder(wanted: string | undefined): Promise<string> {
  if (wanted === undefined) return mkdtemp(join(tmpdir(), 'lima-demo-'));
  await mkdir(resolve(wanted), { recursive: true });
  return resolve(wanted);
}

async function writeReports(client: CoreClient, id: string, folder: string): Promise<string[]> {
  const files: string[] = [];
  for (const format of ['json', 'markdown', 'html'] as const) {
    const { fileName } = await client.evaluations.report({ id, format });
    const saved = { id, format, path: join(folder, fileName) };
    files.push((await client.evaluations.saveReport(saved)).path);
  }
  return files;
}
