import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { CliFolder } from '../testing/child-cli.ts';

let folder: CliFolder;
beforeAll(async () => {
  folder = new CliFolder('here');
  folder.write('samples.jsonl', [
    {
      messages: [
        { role: 'user', content: 'Hello?' },
        { role: 'assistant', content: 'Hello to you.' },
      ],
    },
  ]);
  for (const words of [
    ['new', 'p.lima'],
    ['import', 'p.lima', 'samples.jsonl'],
    ['review', 'p.lima', 'accept', '--all'],
    ['dataset', 'freeze', 'p.lima', 'first'],
  ])
    await folder.run(...words);
}, 120_000);
afterAll(() => folder[Symbol.dispose]());

const named = z.object({ name: z.string(), before: z.string() });
const tagged = z.object({ tags: z.array(z.string()) });
const noted = z.object({ note: z.string() });
const planned = z.object({ name: z.string(), deleted: z.boolean() });

const dataset = (name: string) => ['p.lima', 'dataset', name];

test('a dataset is renamed, noted, tagged and deleted by its name', async () => {
  const renamed = await folder.document(named, 'rename', ...dataset('first'), 'second');
  expect(renamed).toMatchObject({ name: 'second', before: 'first' });
  expect(await folder.document(noted, 'note', ...dataset('second'), 'why it is good')).toEqual(
    expect.objectContaining({ note: 'why it is good' }),
  );
  const added = await folder.document(tagged, 'tag', ...dataset('second'), 'b', 'a');
  expect(added.tags).toEqual(['a', 'b']);
  const left = await folder.document(tagged, 'tag', ...dataset('second'), 'b', '--remove');
  expect(left.tags).toEqual(['a']);
  const asked = await folder.document(planned, 'delete', ...dataset('second'));
  expect(asked).toMatchObject({ name: 'second', deleted: false });
  expect((await folder.run('delete', ...dataset('second'), '--yes')).code).toBe(0);
  const gone = await folder.run('delete', ...dataset('second'));
  expect([gone.code, gone.stderr]).toEqual([1, expect.stringContaining('no dataset "second"')]);
}, 120_000);

const inBin = z.object({ inBin: z.number(), emptied: z.number() });
const listed = z.object({ samples: z.array(z.object({ id: z.string() })) });

test('a sample is moved to the bin by its id, listed there, and deleted for good with --yes', async () => {
  const { samples } = await folder.document(listed, 'samples', 'p.lima');
  const id = samples[0]?.id ?? '';
  const moved = await folder.run('delete', 'p.lima', 'sample', id, '--yes');
  expect([moved.code, moved.stdout]).toEqual([0, 'The sample #1 is in the bin.\n']);
  expect(await folder.document(listed, 'samples', 'p.lima', '--bin')).toMatchObject({
    samples: [{ id }],
  });
  const restored = await folder.run('bin', 'p.lima', 'restore', '--all');
  expect(restored.stdout).toBe('1 sample restored; 0 samples in the bin.\n');
  const again = await folder.run('bin', 'p.lima', 'move', '--id', id);
  expect([again.stdout, again.stderr]).toEqual([
    '1 sample moved to the bin; 1 sample in the bin.\n',
    expect.stringContaining('It leaves every list and count'),
  ]);
  expect(await folder.document(inBin, 'bin', 'p.lima')).toMatchObject({ inBin: 1, emptied: 0 });
  expect(await folder.document(inBin, 'bin', 'p.lima', 'empty', '--yes')).toMatchObject({
    inBin: 0,
    emptied: 1,
  });
}, 120_000);

test('a kind that is none is a wrong usage that names the kinds', async () => {
  const { code, stderr } = await folder.run('delete', 'p.lima', 'sandwich', 'x');
  expect([code, stderr]).toEqual([2, expect.stringContaining('run, checkpoint, dataset')]);
});

test('the disk of a project is listed by part', async () => {
  const usage = z.object({ parts: z.array(z.object({ part: z.string() })) });
  const { parts } = await folder.document(usage, 'disk', 'p.lima');
  expect(parts.map(({ part }) => part)).toContain('project');
});
