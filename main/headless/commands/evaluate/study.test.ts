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
  folder = new CliFolder('here');
  const model = { embeddingLength: 32, layers: 1, heads: 2, feedForwardLength: 64 };
  for (const seed of [1, 2, 3])
    await writeTinyModel(join(folder.path, `m${seed}.gguf`), {
      ...model,
      seed,
      contextLength: 512,
    });
  const prompts = Array.from({ length: 50 }, (_, n) => `Prompt ${n}\n`);
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

const pairs = z.object({
  comparisons: z.array(z.looseObject({ ordinal: z.number(), verdict: z.string().nullable() })),
});

/** The places of somebody's queue that have no vote of theirs yet. */
async function openTo(author: string): Promise<number[]> {
  const words = ['vote', 'p.lima', 's', '--as', author, '--list'];
  const { comparisons } = await folder.document(pairs, ...words);
  return comparisons.flatMap(({ ordinal, verdict }) => (verdict === null ? [ordinal] : []));
}

const answered = (done: string) => new RegExp(`"phase":"generating","done":${done}`);

test('a study that was killed while it answered and while two people voted is completed, nothing made or asked twice and no vote lost', async () => {
  const systems = ['--round-robin', 'm1.gguf', '--round-robin', 'm2.gguf', '--round-robin'];
  const settings = ['--prompts', 'prompts.txt', '--parallel', '4', '--set', 'maxTokens=24'];
  const heat = ['--set', 'temperature=2', '--set', 'topP=1', '--set', 'repeatPenalty=1'];
  const study = ['study', 'p.lima', 's', ...systems, 'm3.gguf', '--both-bad'];
  // Adding the models is a job, too.
  await killAfter(answered('[1-9]'), [...study, ...settings, ...heat]);
  const early = stored('generation');
  expect(early.length).toBeGreaterThan(0);
  await killAfter(answered('[6-9]\\d'), ['study', 'p.lima', 's', '--resume']);
  const later = stored('generation');
  expect(later).toEqual(expect.arrayContaining(early));

  const summary = await folder.document(studySummarySchema, 'study', 'p.lima', 's', '--resume');
  expect(summary).toMatchObject({ answers: 150, answered: 150, comparisons: 150, pairs: 3 });
  const answers = stored('generation');
  expect(answers).toHaveLength(150);
  expect(answers).toEqual(expect.arrayContaining(later));

  const choices = ['left', 'right', 'neither', 'both-bad'];
  for (const author of ['ann', 'bob']) {
    const before = stored('vote').length;
    const vote = ['vote', 'p.lima', 's', '--as', author, '--verdicts', `${author}.jsonl`];
    const verdicts = (await openTo(author)).map((ordinal) => ({
      ordinal,
      verdict: choices[ordinal % 4],
      reason: `why ${ordinal}`,
    }));
    folder.write(`${author}.jsonl`, verdicts);
    await killAfter(/"done":40,/, vote);
    const left = await openTo(author);
    // What was said to be stored is, and is not asked again.
    expect(stored('vote').length - before).toBe(verdicts.length - left.length);
    expect(verdicts.length - left.length).toBeGreaterThanOrEqual(40);
    folder.write(
      `${author}.jsonl`,
      verdicts.filter(({ ordinal }) => left.includes(ordinal)),
    );
    await folder.run(...vote);
    expect(stored('vote').length - before).toBe(verdicts.length);
  }
  const { stdout } = await folder.run('report', 'p.lima', 's', '--reveal', '--format', 'json');
  const report = studyReportSchema.parse(JSON.parse(stdout));
  expect(report.counts).toMatchObject({ comparisons: 150, judged: 150, open: 0 });
  const [ann, bob] = report.annotators;
  expect([ann, bob]).toMatchObject([
    { author: 'ann', left: 0 },
    { author: 'bob', left: 0, votes: ann?.votes },
  ]);
  expect(report.counts.bothBad).toBeGreaterThan(0);
}, 120_000);
