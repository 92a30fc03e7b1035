import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { identitySchema, samplingSchema } from '../../../../shared/domain/identity.ts';
import { openProjectFile } from '../../../store/file/open-project-file.ts';
import { insertChatAnswer } from '../../../store/repositories/chat-answers.ts';
import { CliFolder } from '../../testing/child-cli.ts';

const identity = identitySchema.parse({
  baseSha256: 'b1',
  baseName: 'base',
  adapterSha256: 'a1',
  adapterName: 'lesson · epoch 2',
  strength: 1,
  templateSha256: 't1',
  sampling: samplingSchema.parse({}),
  engine: 'test',
  device: 'cpu',
});

let folder: CliFolder;
beforeAll(async () => {
  folder = new CliFolder('here');
  await folder.run('new', 'p.lima');
  const file = openProjectFile(join(folder.path, 'p.lima'));
  try {
    const answers = [
      ['one', 'What is\na ketch?', 'Two \u001b[31mmasts.'],
      ['two', 'What is a yawl?', 'A small ketch.'],
    ] as const;
    for (const [conversationId, content, output] of answers)
      insertChatAnswer(file.db, {
        conversationId,
        pane: 'right',
        messages: [{ role: 'user', content }],
        output,
        finish: 'stop',
        identity,
      });
  } finally {
    file.close();
  }
}, 60_000);
afterAll(() => folder[Symbol.dispose]());

const listed = z.object({
  conversations: z.array(z.object({ id: z.string(), name: z.string().nullable() })),
  total: z.number(),
});

test('conversations are listed, found by words, shown, renamed and deleted by their names', async () => {
  const list = await folder.run('conversations', 'p.lima');
  expect(list.stdout).toMatch(
    /^id +changed.*\ntwo .* 1 +lesson · epoch 2 +What is a yawl\?\none .*What is a ketch\?\n$/,
  );
  const found = await folder.document(listed, 'conversations', 'p.lima', '--find', 'MASTS two');
  expect(found).toEqual({ conversations: [expect.objectContaining({ id: 'one' })], total: 1 });

  const kind = ['p.lima', 'conversation'];
  const renamed = await folder.run('rename', ...kind, 'What is a ketch?', 'Boats');
  expect([renamed.code, renamed.stdout]).toEqual([
    0,
    'The conversation “What is a ketch?” is “Boats” now.\n',
  ]);
  // What a terminal would obey is named.
  const shown = await folder.run('conversations', 'show', 'p.lima', 'Boats');
  expect(shown.stdout).toBe(
    '# Right\n\n> What is\n> a ketch?\n\nTwo ⟦U+001B⟧[31mmasts.\n[lesson · epoch 2]\n',
  );
  expect((await folder.run('delete', ...kind, 'Boats', '--yes')).code).toBe(0);
  const gone = await folder.run('conversations', 'show', 'p.lima', 'Boats');
  const left = 'There is no conversation "Boats". The project has: What is a yawl?.';
  expect([gone.code, gone.stderr]).toEqual([1, expect.stringContaining(left)]);
}, 120_000);
