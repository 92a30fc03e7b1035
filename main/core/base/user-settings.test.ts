import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { UserSettings } from './user-settings.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lima-settings-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test.each([
  ['cut in half', '{"author": "An'],
  ['of another form', '{"author": 7}'],
  ['empty', ''],
])('a settings file that is %s is kept as damaged, and new ones are used', (_, text) => {
  writeFileSync(join(folder, 'settings.json'), text);
  const settings = new UserSettings(folder);
  expect(settings.author).not.toBe('');
  expect(readFileSync(join(folder, 'settings.json.damaged'), 'utf8')).toBe(text);
  settings.author = 'Anna';
  expect(new UserSettings(folder).author).toBe('Anna');
});

test('a window and a command line keep each other’s settings', () => {
  const [window, terminal] = [new UserSettings(folder), new UserSettings(folder)];
  terminal.author = 'Anna';
  window.addRecent('/a.lima');
  terminal.addRecent('/b.lima');
  const stored = new UserSettings(folder);
  expect(stored.author).toBe('Anna');
  expect(stored.recent().map((entry) => entry.path)).toEqual(['/b.lima', '/a.lima']);
  expect(readdirSync(folder)).toEqual(['settings.json']);
});

test('recent projects are listed once each, twelve at most', () => {
  const settings = new UserSettings(folder);
  for (let number = 0; number < 20; number += 1) settings.addRecent(`/${number}.lima`);
  settings.addRecent('/15.lima');
  const recent = settings.recent();
  expect(recent.map((entry) => entry.path).slice(0, 3)).toEqual([
    '/15.lima',
    '/19.lima',
    '/18.lima',
  ]);
  expect(recent).toHaveLength(12);
});

test('a preference that this program does not know counts as unset, and the others stay', () => {
  const stored = { author: 'Anna', recent: [], theme: 'sepia', enterKey: 'breaks-line' };
  writeFileSync(join(folder, 'settings.json'), JSON.stringify(stored));
  const settings = new UserSettings(folder);
  expect(settings.personal()).toEqual({
    author: 'Anna',
    backupFolder: null,
    theme: 'system',
    textSize: 'normal',
    enterKey: 'breaks-line',
    notifies: false,
  });
  settings.change({ theme: 'dark' });
  expect(new UserSettings(folder).personal()).toMatchObject({
    author: 'Anna',
    theme: 'dark',
    enterKey: 'breaks-line',
  });
});

test('what another window sets is seen by this one', () => {
  const [window, other] = [new UserSettings(folder), new UserSettings(folder)];
  other.change({ enterKey: 'breaks-line' });
  expect(window.personal().enterKey).toBe('breaks-line');
});

test('what is remembered of a recent project stays when it is opened again', () => {
  const settings = new UserSettings(folder);
  settings.addRecent('/a.lima');
  const state = { datasets: 1, runs: 2, evaluations: 0, next: 'chat' } as const;
  settings.describeRecent('/a.lima', { sizeBytes: 7, samples: 3, state });
  settings.addRecent('/b.lima');
  settings.addRecent('/a.lima');
  settings.describeRecent('/unknown.lima', { sizeBytes: 1, samples: 1 });
  expect(new UserSettings(folder).recent()).toMatchObject([
    { path: '/a.lima', sizeBytes: 7, samples: 3, state },
    { path: '/b.lima', sizeBytes: null, samples: null, state: null },
  ]);
});

test('a state of a recent project that this program does not know counts as unknown', () => {
  const known = { path: '/a.lima', openedMs: 1, samples: 3 };
  const state = { datasets: 1, runs: 2, evaluations: 0, next: 'publish' };
  const stored = { author: 'Anna', recent: [{ ...known, state }] };
  writeFileSync(join(folder, 'settings.json'), JSON.stringify(stored));
  expect(new UserSettings(folder).recent()).toMatchObject([{ ...known, state: null }]);
});
