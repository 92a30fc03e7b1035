import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeTinyModel } from '../../../gguf/tiny/tiny-model.ts';
import { CliFolder } from '../../testing/child-cli.ts';

test('generate names the prompts that cannot be asked, answers the others, and fails where there is none', async () => {
  using folder = new CliFolder();
  const model = { embeddingLength: 32, layers: 1, heads: 2, feedForwardLength: 64 };
  await writeTinyModel(join(folder.path, 'tiny.gguf'), model);
  await folder.run('new', 'p.lima');
  const long = JSON.stringify({ prompt: 'long '.repeat(1000) });
  writeFileSync(join(folder.path, 'long.jsonl'), `{"prompt":"One"}\n${long}\n`);
  const words = [
    'generate',
    'p.lima',
    '--base',
    'tiny.gguf',
    '--set',
    'maxTokens=6',
    '--json',
    '--prompts',
  ];
  const template = '{% for m in messages %}[{{ m.content }}]{{ eos_token }}{% endfor %}';
  writeFileSync(join(folder.path, 'own.jinja'), template);
  const some = await folder.run(...words, 'long.jsonl', '--template', 'own.jinja');
  const identity = { templateSha256: createHash('sha256').update(template).digest('hex') };
  const reason = expect.stringMatching(/^The prompt has \d+ tokens/);
  expect([some.code, JSON.parse(some.stdout)]).toMatchObject([
    0,
    {
      answered: 1,
      failures: [{ prompt: 2, reason }],
      answers: [
        { output: expect.any(String), identity },
        { output: null, error: reason, identity },
      ],
    },
  ]);
  expect(some.stderr).toContain('Prompt 2 could not be asked: The prompt has');
  // Its seed is that of its words: alone or behind another prompt it is asked the same.
  writeFileSync(join(folder.path, 'last.txt'), 'Zero\nOne\n');
  const last = await folder.run(...words, 'last.txt');
  expect(JSON.parse(last.stdout).answers[1].identity.sampling).toEqual(
    JSON.parse(some.stdout).answers[0].identity.sampling,
  );
  writeFileSync(join(folder.path, 'longer.jsonl'), `${long}\n${long.replace('long', 'also')}\n`);
  const none = await folder.run(...words, 'longer.jsonl');
  const error = { code: 'NOTHING_ANSWERED' };
  expect([none.code, JSON.parse(none.stdout)]).toMatchObject([1, { error }]);
});
