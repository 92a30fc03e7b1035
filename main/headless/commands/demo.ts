import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { formatDuration } from '../format-values.ts';
import { defineCommand } from '../command.ts';
import { describeOutcome } from '../demo/describe-outcome.ts';
import { demoReport, runPipeline } from '../demo/run-pipeline.ts';
import { openCore, type CoreClient } from '../open-core.ts';

/** `lima demo`: the whole pipeline on small data and a tiny model, in under three minutes. */
export const demo = defineCommand({
  name: 'demo',
  usage: 'demo [FOLDER]',
  summary: 'Run the whole pipeline on a tiny model: import, train, generate, compare, report.',
  positionals: { min: 0, max: 1 },
  options: {},
  details: () => ['', 'FOLDER receives the project, the model and the report; default: a new one.'],
  async run(call) {
    const startMs = Date.now();
    const folder = await demoFolder(call.positionals[0]);
    await using core = await openCore();
    const { client } = core;
    const project = await client.project.create({ path: join(folder, 'demo.lima') });
    let step = 0;
    const tell = (text: string) => call.terminal.note(`${(step += 1)}. ${text}`);
    const done = await runPipeline(client, folder, call, tell);
    tell('Write the report');
    const reportFiles = await writeReports(client, done.evaluationId, folder);
    const report = await demoReport(client, done.evaluationId);
    const durationMs = Date.now() - startMs;
    call.terminal.result(
      { project: project.path, durationMs, ...done, reportFiles, report },
      describeOutcome({ ...done, report, reportFiles }) +
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
    const { fileName, text } = await client.evaluations.report({ id, format });
    files.push(join(folder, fileName));
    await writeFile(join(folder, fileName), text);
  }
  return files;
}
