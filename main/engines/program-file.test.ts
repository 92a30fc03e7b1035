import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { programFile } from './program-file.ts';

const source = (name: string) => new URL(`../${name}`, import.meta.url);

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lima-bundled-'));
  mkdirSync(join(folder, 'main/trainer'), { recursive: true });
  writeFileSync(join(folder, 'main/trainer/entry.js'), '');
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

test('a source is started as one file where a folder has it so, and as it is elsewhere', () => {
  vi.stubEnv('LIMA_BUNDLED', folder);
  const bundled = pathToFileURL(join(folder, 'main/trainer/entry.js'));
  expect(programFile(source('trainer/entry.ts'))).toEqual(bundled);
  expect(programFile(source('inference/entry.ts'))).toEqual(source('inference/entry.ts'));
  vi.stubEnv('LIMA_BUNDLED', '');
  expect(programFile(source('trainer/entry.ts'))).toEqual(source('trainer/entry.ts'));
});

test('what was compiled is started as it is, whatever the environment says', () => {
  vi.stubEnv('LIMA_BUNDLED', folder);
  expect(programFile(source('trainer/entry.js'))).toEqual(source('trainer/entry.js'));
});
