import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
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
