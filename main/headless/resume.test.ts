import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { probeSchema } from '../../shared/domain/probe.ts';
import { runSchema } from '../../shared/domain/run.ts';
import { writeTinyModel } from '../engines/gguf/tiny-model.ts';
import { CliFolder } from './testing/child-cli.ts';

let folder: CliFolder;
beforeAll(async () => {
  folder = new CliFolder();
  const model = { embeddingLength: 32, layers: 1, heads: 2, feedForwardLength: 64 };
  await writeTinyModel(join(folder.path, 'tiny.gguf'), model);
  await writeTinyModel(join(folder.path, 'other.gguf'), { ...model, seed: 2 });
  const samples = Array.from({ length: 10 }, (_, number) => ({
    messages: [
      { role: 'user', content: `Hello ${number}` },
      { role: 'assistant', content: `Hello to you, ${number}.` },
    ],
  }));
  folder.write('samples.jsonl', samples);
  for (const words of [
    ['new', 'p.lima'],
    ['import', 'p.lima', 'samples.jsonl'],
    ['review', 'p.lima', 'accept', '--all'],
    ['dataset', 'freeze', 'p.lima', 'd'],
  ])
    await folder.run(...words);
});
afterAll(() => folder[Symbol.dispose]());

const settings = ['epochs=40', 'batchSize=1', 'rank=4', 'checkpointEverySteps=10'].flatMap(
  (setting) => ['--set', setting],
);
const newRun = (name: string) => {
  const model = ['--base', 'tiny.gguf', '--dataset', 'd'];
  return ['train', 'p.lima', ...model, '--name', name, ...settings];
};
const resume = (...words: string[]) => ['train', 'p.lima', '--resume', 'killed', ...words];
const runNamed = async (name: string) => {
  const { runs } = await folder.document(z.object({ runs: z.array(runSchema) }), 'runs', 'p.lima');
  const run = runs.find((each) => each.name === name);
  if (!run) throw new Error(`There is no run ${name}`);
  return run;
};

describe('lima train --resume after kill -9 of the whole program', () => {
  it('ends with the adapter of a run that was never killed', async () => {
    const cli = folder.start([...newRun('killed'), '--json-lines']);
    await cli.printed(/"metric":\{"step":[1-9]\d/);
    cli.child.kill('SIGKILL');
    await cli.finished;
    const killed = await runNamed('killed');
    expect(killed.state).toBe('interrupted');
    expect(killed.savedStep).toBeGreaterThanOrEqual(10);

    const { code, stdout } = await folder.run(...resume(...settings));
    expect([code, stdout]).toEqual([0, expect.stringContaining('is done: 400 steps')]);
    await folder.run(...newRun('whole'));
    const [resumed, whole] = [await runNamed('killed'), await runNamed('whole')];
    expect(resumed.checkpoints.at(-1)?.sha256).toBe(whole.checkpoints.at(-1)?.sha256);
    expect(resumed.events).toMatchObject([{ kind: 'resumed', step: killed.savedStep }]);
  });

  it.each([
    ['another base', ['--base', 'other.gguf'], /its base is tiny, not other.gguf/],
    ['another setting', ['--set', 'learningRate=0.1'], /learningRate is 0.0001, not 0.1/],
    ['another recipe', ['--recipe', 'quick'], /epochs is 40, not/],
    ['nothing, for it is done', [], /cannot be resumed: it is done/],
  ])('goes on with %s', async (_, words, message) => {
    const { code, stderr } = await folder.run(...resume(...words));
    expect([code, stderr]).toEqual([1, expect.stringMatching(message)]);
  });

  it('takes a new name for a wish', async () => {
    const { code, stderr } = await folder.run(...resume('--name', 'x'));
    expect([code, stderr]).toEqual([2, expect.stringContaining('--name is for a new run')]);
  });
});

const answersSchema = z.object({ run: z.string(), ...probeSchema.shape });

describe('lima train --probe', () => {
  it('keeps no answers, or prints them for another epoch', async () => {
    writeFileSync(join(folder.path, 'asked.txt'), 'Hello 3\nHello 4\n');
    const model = ['--base', 'tiny.gguf', '--dataset', 'd', '--name', 'asked'];
    const words = [...model, '--set', 'epochs=1', '--probe', 'asked.txt'];
    const { code, stderr } = await folder.run('train', 'p.lima', ...words);
    expect([code, stderr]).toEqual([0, expect.stringContaining('answering probe prompts')]);
    const shown = ['runs', 'p.lima', '--answers', 'asked'];
    const { name, answers } = await folder.document(answersSchema, ...shown);
    expect(name).toBe('asked');
    expect(answers.map(({ epoch, ordinal }) => [epoch, ordinal])).toEqual([
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ]);
    const { stdout } = await folder.run(...shown);
    expect(stdout).toMatch(/^# Hello 3\n\n\[base\][^]*\[epoch 1\][^]*# Hello 4/);
  });

  it('takes a run without a probe for one without answers', async () => {
    const { code, stderr } = await folder.run('runs', 'p.lima', '--answers', 'whole');
    expect([code, stderr]).toEqual([1, expect.stringContaining('without probe prompts')]);
  });
});
