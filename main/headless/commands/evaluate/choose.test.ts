import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { choiceSchema } from '../../../../shared/domain/runs/choice.ts';
import { identitySchema } from '../../../../shared/domain/identity.ts';
import { studySummarySchema } from '../../../../shared/contract/studies.ts';
import { TestCore } from '../../../core/testing/a-core.ts';
import { all } from '../../../store/database.ts';
import { openProjectFile } from '../../../store/file/open-project-file.ts';
import { CliFolder } from '../../testing/child-cli.ts';

let folder: CliFolder;
const hashes = new Map<number, string>();

beforeAll(async () => {
  folder = new CliFolder('here');
  await using core = await TestCore.start({ folder: folder.path });
  const { modelId } = await core.addModel({ contextLength: 160 });
  const datasetId = await core.freezeDataset();
  const recipe = { epochs: 3, batchSize: 2, rank: 4, threads: 1, learningRate: 0.05 };
  const run = await core.client.runs.start({ modelId, datasetId, recipe, name: 'r' });
  await core.job(run.jobId);
  for (const { epoch, sha256 } of (await core.client.runs.get({ id: run.runId })).checkpoints)
    hashes.set(epoch, sha256);
}, 180_000);
afterAll(() => folder[Symbol.dispose]());

const idRow = z.object({ id: z.string() });

function generations(): string[] {
  const file = openProjectFile(join(folder.path, 'p.lima'));
  const ids = all(file.db, idRow, 'SELECT id FROM generation ORDER BY id').map(({ id }) => id);
  file.close();
  return ids;
}

const choose = ['choose', 'p.lima', 'r'];
const chosen = (...words: string[]) => folder.document(choiceSchema, ...choose, ...words);

test('a checkpoint is chosen by votes in a terminal, also when it was killed while epochs answered, and used from then on', async () => {
  // It was trained without a probe: every answer has to be made.
  writeFileSync(join(folder.path, 'more.txt'), 'Four?\nFive?\nSix?\nSeven?\n');
  const killed = folder.start([...choose, '--prompts', 'more.txt', '--json-lines']);
  await killed.printed(/"done":[1-9]/);
  killed.child.kill('SIGKILL');
  await killed.finished;
  const early = generations();
  const study = await folder.document(studySummarySchema, ...choose);
  expect(study).toMatchObject({ pairs: 3, comparisons: 12, answers: 12, answered: 12 });
  expect(generations()).toHaveLength(12);
  expect(generations()).toEqual(expect.arrayContaining(early));
  expect((await folder.run(...choose, '--epochs', '1-2')).stderr).toContain('is still voted on');

  const verdicts = Array.from({ length: study.queue.left }, (_, ordinal) => ({
    ordinal,
    verdict: ordinal % 3 === 0 ? 'left' : 'right',
  }));
  folder.write('votes.jsonl', verdicts.slice(0, 8));
  await folder.run('vote', 'p.lima', study.name, '--verdicts', 'votes.jsonl');
  const blind = await chosen('--result');
  expect(blind).toMatchObject({ result: null, pick: null });
  expect((await folder.run(...choose, '--pick', 'best')).stderr).toContain('still blind');

  expect((await folder.run(...choose, '--result', '--figure')).stderr).toContain('still blind');

  const { pick, result } = await chosen('--pick', 'best', '--reveal');
  expect(result?.ratings.map(({ epoch }) => epoch).toSorted()).toEqual([1, 2, 3]);
  expect(pick).toMatchObject({
    epoch: result?.ratings[0]?.epoch,
    sha256: hashes.get(pick?.epoch ?? 0),
  });
  expect(pick?.basis?.votes).toBeGreaterThanOrEqual(8);
  const { stdout } = await folder.run(...choose, '--result');
  expect(stdout).toMatch(
    /Epoch \d leads epoch \d by [\d,]+ points? \[-?[\d,]+, -?[\d,]+\] after 8 votes on [2-4]/,
  );
  // Which answer is on the left is drawn anew each time, and so who leads.
  expect(stdout).toMatch(/About [\d,]+ more votes? would separate|The votes separate|are level/);

  const drawn = await folder.run(...choose, '--result', '--figure');
  expect(drawn.stdout).toMatch(/^<svg[^]*Votes on 3 epochs[^]*is picked[^]*<\/svg>\s*$/);

  const first = await chosen('--pick', '1');
  expect(first.pick).toMatchObject({ epoch: 1 });
  const answer = z.object({ identity: identitySchema });
  const generated = await folder.run(
    'generate',
    'p.lima',
    '--base',
    'tiny.gguf',
    '--adapter',
    'r',
    '--prompts',
    'more',
    '--set',
    'maxTokens=2',
  );
  const lines = generated.stdout.split('\n').filter((line) => line.includes('"identity"'));
  expect(lines).toHaveLength(4);
  for (const line of lines)
    expect(answer.parse(JSON.parse(line)).identity.adapterSha256).toBe(hashes.get(1));
  expect((await chosen('--undo')).pick?.epoch).toBe(pick?.epoch);
});

test('words that say nothing sure are refused before the project is opened', async () => {
  for (const [words, message] of [
    [['--epochs', '5-'], 'no list of epochs'],
    [['--against', 'gpt'], 'is not base'],
    [['--pick', 'last'], 'neither an epoch'],
    [['--pick', '1', '--epochs', '2'], 'leave it out'],
    [['--reveal'], '--reveal goes with'],
    [['--figure'], 'give it with --result'],
  ] as const) {
    const { code, stderr } = await folder.run(...choose, ...words);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  }
});
