import { expect, it } from 'vitest';
import { z } from 'zod';
import { CliFolder } from '../../testing/child-cli.ts';

const found = z.object({
  kind: z.string(),
  compared: z.number(),
  groups: z.array(z.array(z.string())),
  similarities: z.array(z.number()),
});

it('lists groups of samples that say the same, for a program by ids and for a person by words', async () => {
  using folder = new CliFolder();
  const output = 'Let the dough rest in a cold place over night and bake it in the morning.';
  folder.write('samples.jsonl', [
    { instruction: 'How do I bake bread?', output },
    { instruction: 'How do I bake bread?', output: `${output} Then eat it.` },
    { instruction: 'Why is the sky blue?', output: 'Short waves are scattered more.' },
  ]);
  await folder.run('new', 'p.lima');
  await folder.run('import', 'p.lima', 'samples.jsonl');
  const { stdout } = await folder.run('duplicates', 'p.lima', '--kind', 'near', '--json');
  const { groups, ...rest } = found.parse(JSON.parse(stdout));
  expect(groups.map((ids) => ids.length)).toEqual([2]);
  expect(rest).toEqual({ kind: 'near', compared: 3, similarities: [19 / 22] });
  const { stdout: text } = await folder.run('duplicates', 'p.lima');
  expect(text).toContain(
    '1 group of 2 samples that say the same, among 3 samples that are pending or accepted.',
  );
  expect(text).toContain('2 samples, at least 86 % alike');
  expect(text).toContain('How do I bake bread?');
  const { stdout: none } = await folder.run('duplicates', 'p.lima', '--kind', 'exact');
  expect(none.trim()).toBe('No two say the same among 3 samples that are pending or accepted.');
  const { code, stderr } = await folder.run('duplicates', 'p.lima', '--threshold', '3');
  expect([code, stderr.trim()]).toEqual([
    2,
    'USAGE: --threshold "3" is not a number from 0.2 to 1.',
  ]);
});
