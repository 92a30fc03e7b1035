import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readTemplateFile } from './template-file.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lima-template-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function read(content: string | Uint8Array) {
  const path = join(folder, 'own.jinja');
  await writeFile(path, content);
  return await readTemplateFile(path);
}

test('the text of a template file is read as it is, white space at its end included', async () => {
  const text = '{% for m in messages %}{{ m.content }} \n{% endfor %} \n';
  expect(await read(text)).toEqual({ chatTemplate: text });
});

test('of the JSON that a tokenizer is saved in it is the template called default, or the only one', async () => {
  const [one, other] = ['{{ messages }}', '{{ messages | length }}'];
  expect(await read(JSON.stringify({ bos_token: '<s>', chat_template: one }))).toEqual({
    chatTemplate: one,
  });
  const named = [
    { name: 'tool_use', template: other },
    { name: 'default', template: one },
  ];
  expect(await read(JSON.stringify({ chat_template: named }))).toEqual({ chatTemplate: one });
  const others = read(JSON.stringify({ chat_template: named.slice(0, 1) }));
  await expect(others).rejects.toThrow(/none of its chat templates is called default: tool_use/);
});

test.each([
  ['is other JSON', '{"a": "{{ 1 }}"}', /JSON without a "chat_template"/],
  ['is empty', ' \n', /the file is empty/],
  ['is too long', `{{ 1 }}${'x'.repeat(100_001)}`, /has at most 100,000/],
  ['holds no tag', 'Dear model, answer.', /no \{\{ … \}\} or \{% … %\}/],
  ['is no text', Uint8Array.of(0x7b, 0x7b, 0xff, 0xfe), /not text in UTF-8/],
  ['has zero bytes', '{{ 1 }}\0', /zero bytes/],
])('a file that %s is refused by name', async (_, content, reason) => {
  await expect(read(content)).rejects.toThrow(reason);
});

test('without the option nothing is chosen', async () => {
  expect(await readTemplateFile(undefined)).toEqual({});
});
