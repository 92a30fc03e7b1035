import { afterAll, beforeAll, expect, test } from 'vitest';
import { displayText } from '../../../shared/text/foreign-text.ts';
import { writeTinyModel } from '../../gguf/tiny/tiny-model.ts';
import { join } from 'node:path';
import { CliFolder } from '../testing/child-cli.ts';

// Clears a terminal, writes its clipboard (OSC 52), colours by C1, and reverses what follows.
const hostile = 'x\u001b[2J\u001b]52;c;aGk=\u0007\u009b31m\u202egpj';

const folder = new CliFolder();
afterAll(() => folder[Symbol.dispose]());

beforeAll(async () => {
  folder.write('samples.jsonl', [
    { messages: turn(hostile), source: hostile },
    { messages: [{ role: hostile, content: hostile }] },
  ]);
  folder.write(`${hostile}.jsonl`, [{ messages: turn('plain') }, { [hostile]: hostile }]);
  await writeTinyModel(join(folder.path, `${hostile}.gguf`));
  await folder.run('new', 'p.lima');
});

function turn(text: string) {
  return [
    { role: 'user', content: text },
    { role: 'assistant', content: text },
  ];
}

const commands: [shown: boolean, ...words: string[]][] = [
  [true, 'import', 'p.lima', 'samples.jsonl', `${hostile}.jsonl`],
  [true, 'samples', 'p.lima'],
  [false, 'review', 'p.lima', 'accept', '--all'],
  [true, 'dataset', 'freeze', 'p.lima', hostile],
  [true, 'dataset', 'export', 'p.lima', hostile, `${hostile}.out`],
  [true, 'dataset', 'export', 'p.lima', `no ${hostile}`, 'out'],
  [true, 'samples', 'p.lima', '--query', hostile],
  [true, 'info', 'p.lima'],
  [false, 'model', 'inspect', `${hostile}.gguf`],
  [true, 'model', 'inspect', `no ${hostile}.gguf`],
  [true, 'train', 'p.lima', '--base', `${hostile}.gguf`, '--dataset', `no ${hostile}`],
  [true, 'report', 'p.lima', hostile],
  [true, hostile],
  [true, 'samples', 'p.lima', `--${hostile}`],
];

test.each(commands)(
  'a terminal obeys nothing of what command %# of the table prints',
  async (shown, ...words) => {
    const person = await folder.run(...words);
    expect(displayText(person.stdout + person.stderr)).toBe(person.stdout + person.stderr);
    expect((person.stdout + person.stderr).includes('⟦U+001B⟧')).toBe(shown);
    const program = await folder.run(...words, '--json');
    expect(displayText(program.stdout + program.stderr)).toBe(program.stdout + program.stderr);
  },
);
