import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { displayText } from '../../../shared/text/foreign-text.ts';
import { Terminal, type OutputMode } from './terminal.ts';

async function output(mode: OutputMode, isTTY: boolean, use: (terminal: Terminal) => void) {
  const stdout = new PassThrough();
  const stderr = Object.assign(new PassThrough(), { isTTY, columns: 20 });
  use(new Terminal(mode, { stdout, stderr }));
  stdout.end();
  stderr.end();
  return { stdout: await text(stdout), stderr: await text(stderr) };
}

const work = (terminal: Terminal) => {
  terminal.progress('one', 'one 1', { done: 1 });
  terminal.progress('one', 'one 2, which is longer than the line', { done: 2 });
  terminal.progress('two', 'two, which is longer than the line', { done: 3 });
  terminal.result({ ok: true }, 'done');
};

it('prints one line per phase where lines cannot be rewritten', async () => {
  const { stdout, stderr } = await output('human', false, work);
  expect(stdout).toBe('done\n');
  expect(stderr).toBe('one 1\ntwo, which is longer than the line\n');
});

it('rewrites one line on a terminal, cut to its width, and clears it before the result', async () => {
  const { stderr } = await output('human', true, work);
  const clear = '\r\u001b[2K';
  expect(stderr).toBe(`${clear}one 1${clear}two, which is longe${clear}`);
});

it('prints exactly one JSON document, whatever is streamed and noted before', async () => {
  const { stdout } = await output('json', true, (terminal) => {
    terminal.stream('piece');
    terminal.note('note');
    work(terminal);
  });
  expect(stdout).toBe('{"ok":true}\n');
});

it('prints every progress as a JSON line and the result last', async () => {
  const { stdout, stderr } = await output('json-lines', true, work);
  const progress = [1, 2, 3].map((done) => `{"progress":{"done":${done}}}\n`);
  expect([stdout, stderr]).toEqual([`${progress.join('')}{"ok":true}\n`, '']);
});

// What a person's terminal would obey (clear, title, clipboard), reorder or hide.
const hostile = 'a\u001b[2J\u001b]52;c;aGk=\u0007b\u009b31m\u202egpj.exe\u200b\u2028\u3164c';
const named =
  'a⟦U+001B⟧[2J⟦U+001B⟧]52;c;aGk=⟦U+0007⟧b⟦U+009B⟧31m⟦U+202E⟧gpj.exe⟦U+200B⟧⟦U+2028⟧⟦U+3164⟧c';

it('names in every human output what a terminal would obey, reorder or hide', async () => {
  const { stdout, stderr } = await output('human', false, (terminal) => {
    terminal.note(hostile);
    terminal.progress('one', hostile, {});
    terminal.stream(hostile);
    terminal.result({}, `${hostile}\r${hostile}`);
  });
  expect(stderr).toBe(`${named}\n${named}\n`);
  expect(stdout).toBe(`${named}${named}\n${named}\n`);
});

it('shows a streamed text as it would show the whole, wherever the pieces are cut', async () => {
  const text = `${hostile} 👩‍💻 ❤️ \r\n می‌خواهم 😀\u200d\u202e\r!`;
  const shown = displayText(text);
  for (let size = 1; size < 8; size++) {
    const { stdout } = await output('human', false, (terminal) => {
      for (let at = 0; at < text.length; at += size) terminal.stream(text.slice(at, at + size));
    });
    expect(stdout).toBe(shown);
  }
});

it('escapes the same characters in JSON, which reads back unchanged', async () => {
  const value = { [hostile]: `${hostile}👩‍💻\u{e0041}` };
  const { stdout } = await output('json-lines', false, (terminal) => {
    terminal.progress('one', '', value);
    terminal.result(value, '');
  });
  expect(displayText(stdout)).toBe(stdout);
  const [progress, result] = stdout.trim().split('\n');
  expect([JSON.parse(progress ?? ''), JSON.parse(result ?? '')]).toEqual([
    { progress: value },
    value,
  ]);
});

it('is the only file of the command line that writes to a stream of the process', () => {
  const headless = join(import.meta.dirname, '..');
  const writers = globSync('**/*.ts', { cwd: headless })
    .filter((name) => !/\.test\.ts$|^testing\//.test(name))
    .filter((name) =>
      /\bconsole\.|std(out|err)\.write|streams\.std/.test(
        readFileSync(join(headless, name), 'utf8'),
      ),
    );
  expect(writers).toEqual([join('cli', 'terminal.ts')]);
});
