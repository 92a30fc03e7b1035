import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { runSchema } from '../../../shared/domain/run.ts';
import { writeTinyModel } from '../../gguf/tiny/tiny-model.ts';
import { allGone, CliFolder } from '../testing/child-cli.ts';

let folder: CliFolder;
beforeAll(async () => {
  folder = new CliFolder();
  const model = { embeddingLength: 32, layers: 1, heads: 2, feedForwardLength: 64 };
  await writeTinyModel(join(folder.path, 'tiny.gguf'), model);
  const messages = [
    { role: 'user', content: 'Hello' },
    { role: 'assistant', content: 'Hello to you.' },
  ];
  const other = { role: 'user', content: 'Hello again' };
  folder.write('samples.jsonl', [{ messages }, { messages: [other, ...messages.slice(1)] }]);
  for (const words of [
    ['new', 'p.lima'],
    ['import', 'p.lima', 'samples.jsonl'],
    ['review', 'p.lima', 'accept', '--all'],
    ['dataset', 'freeze', 'p.lima', 'd'],
  ])
    await folder.run(...words);
});
afterAll(() => folder[Symbol.dispose]());

const trainForHours = (name: string) => {
  const words = ['train', 'p.lima', '--base', 'tiny.gguf', '--dataset', 'd', '--name', name];
  return folder.start([...words, '--set', 'epochs=1000', '--set', 'batchSize=1', '--json-lines']);
};
const leftovers = () =>
  ['p.lima-wal', 'p.lima-shm'].filter((n) => existsSync(join(folder.path, n)));
const lastLine = (text: string): unknown => JSON.parse(text.trim().split('\n').at(-1) ?? '');

describe.skipIf(process.platform !== 'linux')('Ctrl-C (process tables are read from /proc)', () => {
  it('pauses the run, says so, exits with 130 and leaves one file and no engine', async () => {
    const cli = trainForHours('stopped');
    await cli.didSteps(1);
    const engines = cli.engines();
    cli.child.kill('SIGINT');
    const { code, stdout, stderr } = await cli.finished;
    expect([code, lastLine(stdout)]).toMatchObject([130, { error: { code: 'CANCELLED' } }]);
    expect(stderr).toContain('Pausing');
    expect(stdout).toContain('Go on with: lima train p.lima --resume stopped');
    expect(engines).not.toHaveLength(0);
    expect(await allGone(engines)).toBe(true);
    expect(leftovers()).toEqual([]);
  });

  it('leaves the run marked as paused, with its settings and what it had reached', async () => {
    const { runs } = await folder.document(
      z.object({ runs: z.array(runSchema) }),
      'runs',
      'p.lima',
    );
    const run = runs.find((each) => each.name === 'stopped');
    expect([run?.state, run?.recipe.epochs]).toEqual(['paused', 1000]);
    expect(run?.savedStep).toBe(run?.lastMetric?.step);
    expect(run?.savedStep).toBeGreaterThan(0);
  });

  it('pressed twice ends at once, engines included, and the project opens again', async () => {
    const cli = trainForHours('forced');
    await cli.didSteps(1);
    const engines = cli.engines();
    cli.child.kill('SIGINT');
    await cli.printed(/Pausing/);
    cli.child.kill('SIGINT');
    expect((await cli.finished).code).toBe(130);
    expect(await allGone(engines)).toBe(true);
    expect((await folder.run('info', 'p.lima')).code).toBe(0);
  });
});
