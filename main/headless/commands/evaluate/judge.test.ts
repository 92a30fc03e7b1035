import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { writeTinyModel } from '../../../gguf/tiny/tiny-model.ts';
import { CliFolder } from '../../testing/child-cli.ts';

let folder: CliFolder;
beforeAll(async () => {
  folder = new CliFolder('here');
  const model = { embeddingLength: 32, layers: 1, heads: 2, feedForwardLength: 64 };
  await writeTinyModel(join(folder.path, 'm.gguf'), { ...model, contextLength: 1024 });
  const prompts = ['One?', 'Two?', 'Three?'];
  // Fewer words than the built-in ones, so that a tiny model on a busy machine is done soon.
  const text = { instruction: 'Say which.', question: 'Which?', symbols: ['1', '2', '3'] };
  folder.write('short.json', [{ kind: 'pairwise', ...text }]);
  folder.write('words.json', [{ kind: 'absolute', ...text }]);
  await folder.run('new', 'p.lima');
  const set = folder.write(
    'set.jsonl',
    prompts.map((prompt) => ({ prompt })),
  );
  await folder.run('prompts', 'import', 'p.lima', set);
  for (const system of ['x', 'y']) {
    const rows = prompts.map((prompt) => ({ prompt, output: `${system} on ${prompt}` }));
    const file = folder.write(`${system}.jsonl`, rows);
    await folder.run('answers', 'import', 'p.lima', 'set', file, '--system', system);
  }
});
afterAll(() => folder[Symbol.dispose]());

const counts = z.object({
  done: z.number(),
  verdictsAsked: z.number(),
  takenOver: z.number(),
  isRevealed: z.boolean(),
});

test('the command tells how many verdicts were asked and how many taken over, and asks anew when told to', async () => {
  for (const [name, a, b] of [
    ['one', 'x', 'y'],
    ['other', 'y', 'x'],
  ] as const) {
    const systems = ['--a', `answers:${a}`, '--b', `answers:${b}`, '--prompts', 'set'];
    await folder.run('evaluate', 'p.lima', '--name', name, ...systems);
  }
  const judge = ['judge', 'p.lima', 'other', '--judge', 'm.gguf', '--rubric', 'short.json'];
  const first = await folder.run(...judge.with(2, 'one'));
  expect(first.stdout).toMatch(/^6 asked, 0 taken over from earlier judgings$/m);
  const second = await folder.run(...judge);
  expect(second.stdout).toMatch(/^0 asked, 6 taken over from earlier judgings$/m);
  expect(await folder.document(counts, ...judge, '--fresh')).toEqual({
    done: 6,
    verdictsAsked: 6,
    takenOver: 0,
    isRevealed: false,
  });
  const wrong = await folder.run('judge', 'p.lima', 'one', '--resume', '--fresh');
  expect(wrong).toMatchObject({ code: 2 });
});

const share = z.object({ count: z.number(), value: z.number() });
const graded = z.object({
  grades: z.object({
    rows: z.array(
      z.object({ by: z.string(), n: z.number(), excellent: share, pass: share, fail: share }),
    ),
  }),
});

test('once it is revealed a judge’s grades are told in percent by both commands, and as a table', async () => {
  await folder.run('report', 'p.lima', 'one', '--reveal');
  const judge = ['judge', 'p.lima', 'one', '--judge', 'm.gguf', '--rubric', 'words.json'];
  const { grades } = await folder.document(graded, ...judge);
  expect(grades.rows.map(({ by, n }) => [by, n])).toEqual([
    ['judge m · words', 3],
    ['judge m · words', 3],
  ]);
  for (const { excellent, pass, fail } of grades.rows)
    expect(excellent.value + pass.value + fail.value).toBeCloseTo(100, 9);
  const results = ['grade', 'p.lima', 'one', '--results'];
  expect(await folder.document(graded.shape.grades, ...results)).toEqual(grades);
  expect((await folder.run(...judge)).stdout).toContain('Grades by judges');
});
