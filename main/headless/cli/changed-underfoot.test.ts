import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { CliFolder } from '../testing/child-cli.ts';

const infoSchema = z.object({ samples: z.object({ pending: z.number() }) });

it('a command whose project is taken away ends with 1 and says where all of it is saved', async () => {
  using folder = new CliFolder();
  await folder.run('new', 'p.lima');
  const samples = Array.from({ length: 60_000 }, (_, number) => ({
    messages: [
      { role: 'user', content: `Question ${number}?` },
      { role: 'assistant', content: `Answer number ${number}.` },
    ],
  }));
  const file = folder.write('samples.jsonl', samples);
  const cli = folder.start(['import', 'p.lima', file, '--json-lines']);
  await cli.printed(/"done":[1-9]/);
  rmSync(join(folder.path, 'p.lima'));
  const { code, stdout, stderr } = await cli.finished;
  expect(code).toBe(1);
  expect(stdout).toContain('"code":"PROJECT_READ_ONLY"');
  expect(stdout).toContain('p.lima in ');
  const saved = join(folder.path, 'p-saved.lima');
  expect(stderr).toContain(`What was open is saved, all of it, in ${saved}. Go on with that.`);
  const { samples: stored } = await folder.document(infoSchema, 'info', 'p-saved.lima');
  expect(stored.pending).toBeGreaterThan(0);
  expect(existsSync(join(folder.path, 'p.lima'))).toBe(false);
});
