import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { loadWindowState, saveWindowState } from './window.ts';

const folder = mkdtempSync(join(tmpdir(), 'lima-window-'));
const screens = [
  { x: 0, y: 0, width: 1920, height: 1080 },
  { x: -1280, y: 0, width: 1280, height: 1024 },
];
const fallback = { width: 1280, height: 840, isMaximized: false };
afterAll(() => rmSync(folder, { recursive: true }));

test('the place is remembered, also on a second screen to the left', () => {
  const file = join(folder, 'deeper/window.json');
  saveWindowState(file, { x: -1200, y: 20, width: 900, height: 600 }, true);
  expect(loadWindowState(file, screens)).toEqual({
    x: -1200,
    y: 20,
    width: 900,
    height: 600,
    isMaximized: true,
  });
});

test('a window whose screen was unplugged is not opened out of sight', () => {
  const file = join(folder, 'unplugged.json');
  saveWindowState(file, { x: -1200, y: 20, width: 900, height: 600 }, false);
  expect(loadWindowState(file, screens.slice(0, 1))).toEqual({
    width: 900,
    height: 600,
    isMaximized: false,
  });
});

test.each(['', '{', '[]', '{"x":0,"y":0,"width":1e9,"height":1,"isMaximized":false}'])(
  'a damaged file (%s) means the default place',
  (text) => {
    const file = join(folder, 'damaged.json');
    writeFileSync(file, text);
    expect(loadWindowState(file, screens)).toEqual(fallback);
  },
);
