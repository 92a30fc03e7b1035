import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  artifactFile,
  artifactNames,
  artifactPath,
  artifactSize,
  artifactText,
  makeArtifactFolder,
  removeArtifact,
} from './artifacts.ts';

let folder = '';
let project = { artifactsDir: '' };
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lima-artifacts-'));
  project = { artifactsDir: join(folder, 'p.lima.d') };
  mkdirSync(join(folder, 'elsewhere', 'epoch-001'), { recursive: true });
  writeFileSync(join(folder, 'elsewhere', 'epoch-001', 'record.json'), '{}');
  mkdirSync(join(project.artifactsDir, 'runs', 'r'), { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true }));

const hostileNames = ['..', '.', '', '/etc', 'a\\..\\b', 'C:', '../../x', 'x\0y', 'nul', 'x '];

test.each(hostileNames)('a row that names %j as an artifact is refused in a sentence', (name) => {
  const refused = /leads elsewhere.*restore it from a backup\. Nothing was touched\.$/s;
  expect(() => artifactPath(project, 'runs', name)).toThrow(refused);
  expect(() => artifactFile(project, `runs/${name}/adapter.gguf`)).toThrow(refused);
  expect(() => makeArtifactFolder(project, 'runs', name)).toThrow(refused);
});

test('a file of a row has slashes, or backslashes where Windows wrote it', () => {
  const path = join(project.artifactsDir, 'runs', 'r', 'epoch-001', 'adapter.gguf');
  expect(artifactFile(project, 'runs/r/epoch-001/adapter.gguf')).toBe(path);
  expect(artifactFile(project, String.raw`runs\r\epoch-001\adapter.gguf`)).toBe(path);
});

// A folder can become a link after the project was opened: so each use looks again.
test.each(['p.lima.d', 'p.lima.d/runs', 'p.lima.d/runs/r', 'p.lima.d/runs/r/epoch-001'])(
  'nothing is read, made or removed through a link in place of %s',
  async (place) => {
    const link = join(folder, place);
    rmSync(link, { recursive: true, force: true });
    symlinkSync(join(folder, 'elsewhere'), link);
    const refused = /is a symbolic link/;
    const names = ['runs', 'r', 'epoch-001'];
    expect(() => artifactPath(project, ...names, 'record.json')).toThrow(refused);
    expect(() => makeArtifactFolder(project, ...names)).toThrow(refused);
    expect(existsSync(join(folder, 'elsewhere', 'epoch-001', 'record.json'))).toBe(true);
  },
);

test('a file that became a link or a pipe after its path was checked is not read', () => {
  const path = artifactPath(project, 'runs', 'r', 'record.json');
  symlinkSync(join(folder, 'elsewhere', 'epoch-001', 'record.json'), path);
  expect(artifactText(project, path)).toBeUndefined();
  expect(artifactSize(path)).toBeUndefined();
  rmSync(path);
  execFileSync('/usr/bin/env', ['mkfifo', path]);
  expect(artifactText(project, path)).toBeUndefined();
  expect(artifactSize(path)).toBeUndefined();
});

test('a folder that became a link after its path was checked is not read through', () => {
  const path = artifactPath(project, 'runs', 'r', 'record.json');
  rmSync(join(project.artifactsDir, 'runs', 'r'), { recursive: true });
  symlinkSync(join(folder, 'elsewhere', 'epoch-001'), join(project.artifactsDir, 'runs', 'r'));
  expect(artifactText(project, path)).toBeUndefined();
});

test('a small text is read, one of megabytes is not', () => {
  const path = artifactPath(project, 'runs', 'r', 'record.json');
  writeFileSync(path, 'text');
  expect(artifactText(project, path)).toBe('text');
  writeFileSync(path, 'x'.repeat(2_000_000));
  expect(artifactText(project, path)).toBeUndefined();
});

test('removing a folder removes links in it and nothing that they lead to', async () => {
  const run = makeArtifactFolder(project, 'runs', 'r');
  symlinkSync(join(folder, 'elsewhere'), join(run, 'link'));
  expect(artifactNames(run)).toEqual(['link']);
  await removeArtifact(run);
  expect(existsSync(run)).toBe(false);
  expect(readdirSync(join(folder, 'elsewhere'))).toEqual(['epoch-001']);
});
