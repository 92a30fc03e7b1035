import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { studySummarySchema } from '../../../../shared/contract/studies.ts';
import { studyReportSchema } from '../../../../shared/domain/study/study-report.ts';
import { writeTinyModel } from '../../../gguf/tiny/tiny-model.ts';
import { all } from '../../../store/database.ts';
import { openProjectFile } from '../../../store/file/open-project-file.ts';
import { CliFolder } from '../../testing/child-cli.ts';

let folder: CliFolder;
beforeAll(async () => {
  folder = new CliFolder();
  const model = { embeddingLength: 32, layers: 1, heads: 2, feedForwardLength: 64 };
  for (const seed of [1, 2, 3])
    await writeTinyModel(join(folder.path, `m${seed}.gguf`), {
      ...model,
      seed,
      contextLength: 512,
    });
  const prompts = Array.from({ length: 4 }, (_, n) => `Prompt ${n}\n`);
  writeFileSync(join(folder.path, 'prompts.txt'), prompts.join(''));
  await folder.run('new', 'p.lima');
});
afterAll(() => folder[Symbol.dispose]());

const idRow = z.object({ id: z.string() });

/** Ids of the rows of a table that are stored now. */
function stored(table: 'generation' | 'vote'): string[] {
  const file = openProjectFile(join(folder.path, 'p.lima'));
  const sql: string = `SELECT id FROM ${table} ORDER BY id`;
  const ids = all(file.db, idRow, sql, {}).map(({ id }) => id);
  file.close();
  return ids;
}

/** Kills a command without a word once it has printed something that matches. */
async function killAfter(pattern: RegExp, words: string[]): Promise<void> {
  const cli = folder.start([...words, '--json-lines']);
  await cli.printed(pattern);
  cli.child.kill('SIGKILL');
  await cli.finished;
}

test('a study that was killed while it answered and while it was voted on is completed, nothing made or asked twice', async () => {
  const systems = ['--focus', 'm1.gguf', '--against', 'm2.gguf', '--against', 'm3.gguf'];
  const settings = ['--prompts', 'prompts.txt', '--parallel', '1', '--set', 'maxTokens=60'];
  const heat = ['--set', 'temperature=2', '--set', 'topP=1', '--set', 'repeatPenalty=1'];
  await killAfter(/"done":[1-9]/, ['study', 'p.lima', 's', ...systems, ...settings, ...heat]);
  const early = stored('generation');
  expect(early.length).toBeGreaterThan(0);

  const summary = await folder.document(studySummarySchema, 'study', 'p.lima', 's', '--resume');
  expect(summary).toMatchObject({ answers: 12, answered: 12, comparisons: 8, pairs: 2 });
  const answers = stored('generation');
  expect(answers).toHaveLength(12);
  expect(answers).toEqual(expect.arrayContaining(early));

  const verdicts = Array.from({ length: 8 }, (_, ordinal) => ({ ordinal, verdict: 'left' }));
  folder.write('some.jsonl', verdicts.slice(0, 3));
  const vote = ['vote', 'p.lima', 's', '--as', 'ann', '--verdicts'];
  await folder.run(...vote, 'some.jsonl');
  folder.write('all.jsonl', verdicts);
  await killAfter(/^/, [...vote, 'all.jsonl']);
  const pairs = z.object({
    comparisons: z.array(z.looseObject({ verdict: z.string().nullable() })),
  });
  const { comparisons } = await folder.document(
    pairs,
    'vote',
    'p.lima',
    's',
    '--as',
    'ann',
    '--list',
  );
  // What was stored before the kill is in the queue as voted on, and not asked again.
  expect(comparisons.slice(0, 3).map(({ verdict }) => verdict)).toEqual(['left', 'left', 'left']);
  await folder.run(...vote, 'all.jsonl');
  const { stdout } = await folder.run('report', 'p.lima', 's', '--reveal', '--format', 'json');
  const report = studyReportSchema.parse(JSON.parse(stdout));
  expect(report.counts).toMatchObject({ comparisons: 8, judged: 8, open: 0, votes: 8 });
  expect(report.annotators).toMatchObject([{ author: 'ann', votes: 8, left: 0 }]);
});
