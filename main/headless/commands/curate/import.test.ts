import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { CliFolder } from '../../testing/child-cli.ts';

it('reads the files beside one that it refuses, reports each, and exits 1', async () => {
  using folder = new CliFolder();
  folder.write('samples.jsonl', [{ instruction: 'Red fruit?', output: 'Cherry.' }]);
  await folder.run('new', 'p.lima');
  writeFileSync(join(folder.path, 'table.csv'), 'a,b\n1,2\n');
  const files = ['table.csv', 'samples.jsonl', 'none.jsonl'];
  const { code, stdout } = await folder.run('import', 'p.lima', ...files, '--json');
  const { error } = z
    .object({
      error: z.object({
        code: z.string(),
        data: z.object({
          read: z.number(),
          files: z.array(z.object({ file: z.string() })),
          refused: z.array(z.object({ file: z.string(), code: z.string() })),
        }),
      }),
    })
    .parse(JSON.parse(stdout));
  expect([code, error.code, error.data.read]).toEqual([1, 'FILE_FORMAT_UNKNOWN', 1]);
  expect(error.data.files.map(({ file }) => file)).toEqual(['samples.jsonl']);
  expect(error.data.refused.map(({ file, code: why }) => [file, why])).toEqual([
    ['table.csv', 'FILE_FORMAT_UNKNOWN'],
    ['none.jsonl', 'FILE_NOT_FOUND'],
  ]);
});
