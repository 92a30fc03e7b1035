import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { probeSchema } from '../../../../shared/domain/runs/probe.ts';
import { runSchema, type Run } from '../../../../shared/domain/run.ts';
import { writeTinyModel } from '../../../gguf/tiny/tiny-model.ts';
import { CliFolder } from '../../testing/child-cli.ts';

let folder: CliFolder;
beforeAll(async () => {
  folder = new CliFolder('here');
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

/** Settings of a run that is stopped when the test has seen enough: 10,000 steps. */
const settings = ['epochs=1000', 'batchSize=1', 'rank=4', 'checkpointEverySteps=10'].flatMap(
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

/** Runs `lima train …words` until so many steps are done, pauses it by Ctrl-C and returns the run. */
async function trainTo(step: number, name: string, words: string[]) {
  const cli = folder.start([...words, '--json-lines']);
  await cli.didSteps(step);
  cli.child.kill('SIGINT');
  expect((await cli.finished).code).toBe(130);
  return await runNamed(name);
}

describe('lima train --resume after kill -9 of the whole program', () => {
  it('makes the same adapter as a run that was never killed', async () => {
    const cli = folder.start([...newRun('killed'), '--json-lines']);
    await cli.didSteps(25);
    cli.child.kill('SIGKILL');
    await cli.finished;
    const killed = await runNamed('killed');
    expect(killed.state).toBe('interrupted');
    expect(killed.savedStep).toBeGreaterThanOrEqual(20);

    const epoch = Math.ceil((killed.lastMetric?.epoch ?? 0) + 1);
    const beyond = 10 * epoch + 1;
    const adapterOf = ({ checkpoints }: Run) => checkpoints.find((each) => each.epoch === epoch);
    const resumed = await trainTo(beyond, 'killed', resume(...settings));
    const whole = await trainTo(beyond, 'whole', newRun('whole'));
    expect(adapterOf(resumed)?.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(adapterOf(resumed)?.sha256).toBe(adapterOf(whole)?.sha256);
    expect(resumed.events[0]).toMatchObject({ kind: 'resumed', step: killed.savedStep });
  });

  it.each([
    ['another base', ['--base', 'other.gguf'], /its base is tiny, not other.gguf/],
    ['another setting', ['--set', 'learningRate=0.1'], /learningRate is 0.0001, not 0.1/],
    ['another recipe', ['--recipe', 'quick'], /epochs is 1000, not/],
  ])('refuses to go on with %s and says what differs', async (_, words, message) => {
    const { code, stderr } = await folder.run(...resume(...words));
    expect([code, stderr]).toEqual([1, expect.stringMatching(message)]);
  });

  it('is not advised for a run that can only end in the same way again', async () => {
    const tooShort = ['--set', 'maxTokens=8', '--set', 'overlong=drop'];
    const { code, stderr } = await folder.run(...newRun('empty'), ...tooShort);
    expect([code, stderr]).toEqual([1, expect.stringContaining('NOTHING_TO_TRAIN')]);
    expect(stderr).not.toContain('Go on with');
  });

  it('refuses a new name for the run', async () => {
    const { code, stderr } = await folder.run(...resume('--name', 'x'));
    expect([code, stderr]).toEqual([2, expect.stringContaining('--name is for a new run')]);
  });
});

const answersSchema = z.object({ run: z.string(), ...probeSchema.shape });

describe('lima train --probe', () => {
  it('keeps the answers of every epoch and prints them by prompt; a run that is done is not resumed', async () => {
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
    const again = await folder.run('train', 'p.lima', '--resume', 'asked');
    expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('it is done')]);
    const { stdout } = await folder.run(...shown);
    expect(stdout).toMatch(/^# Hello 3\n\n\[base\][^]*\[epoch 1\][^]*# Hello 4/);
  });

  it('says of a run without probe prompts that it had none', async () => {
    const { code, stderr } = await folder.run('runs', 'p.lima', '--answers', 'whole');
    expect([code, stderr]).toEqual([1, expect.stringContaining('without probe prompts')]);
  });
});
