import { expect, it } from 'vitest';
import { rankCommands } from './shell-dialogs.tsx';

const commands = ['Open project…', 'Reject', 'Go to Train', 'Import samples…'].map((label) => ({
  keys: [],
  label,
  group: 'g',
  run: () => undefined,
}));
const labels = (text: string) => rankCommands(commands, text).map((command) => command.label);

it('puts a label that starts with the letters before one in which they are scattered', () => {
  expect(labels('im')).toEqual(['Import samples…']);
  expect(labels('re')[0]).toBe('Reject');
});

it('finds letters that are scattered, and nothing for letters that are not there', () => {
  expect(labels('gtr')).toEqual(['Go to Train']);
  expect(labels('zq')).toEqual([]);
});

it('lists everything in its own order while nothing is typed', () => {
  expect(labels('')).toEqual(commands.map(({ label }) => label));
});
