import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { appRoot } from '../../shell/app-paths.ts';
import { commands } from './command-table.ts';
import { commonOptions } from '../cli/command.ts';

const readme = readFileSync(join(appRoot, 'README.md'), 'utf8');
const section = /^## Command line$([^]*?)^## /m.exec(readme)?.[1] ?? '';
/** Rows of the table: the command as typed, and the words about it. */
const rows = [...section.matchAll(/^\| `([^`]+)`\s*\|(.*)\|$/gm)];

const commandOf = (typed: string) =>
  commands.findLast(({ name }) => typed === name || typed.startsWith(`${name} `));

it('the README lists exactly the commands there are, in their order', () => {
  const listed = rows.map(([, typed = '']) => commandOf(typed)?.name ?? typed);
  expect(listed).toEqual(commands.map((command) => command.name));
});

it('the README names only options that the command has', () => {
  const unknown = rows.flatMap(([row, typed = '']) => {
    const known = { ...commandOf(typed)?.options, ...commonOptions };
    const named = [...row.matchAll(/--([a-z-]+)/g)].map(([, option = '']) => option);
    return named.filter((option) => !Object.hasOwn(known, option)).map((o) => `${typed} --${o}`);
  });
  expect(unknown).toEqual([]);
});
