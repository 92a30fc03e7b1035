import { execFileSync } from 'node:child_process';
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  appendSideFile,
  makeSideFolder,
  openSideFile,
  replaceFile,
  requireOwnFile,
  requirePlainContents,
  writeSideFile,
} from './side-file.ts';

let folder = '';
let victim = '';
let path = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lima-side-'));
  victim = join(folder, 'victim');
  path = join(folder, 'side');
  writeFileSync(victim, 'precious');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** What can have the name of a file that is to be made, and that no crash of ours leaves. */
const strangers: Record<string, () => void> = {
  'a link to a file': () => symlinkSync(victim, path),
  'a link to nowhere': () => symlinkSync(join(folder, 'nowhere'), path),
  'a link to a folder': () => symlinkSync(folder, path),
  'a link to itself': () => symlinkSync(path, path),
  'a folder': () => mkdirSync(path),
  'a pipe': () => void execFileSync('/usr/bin/env', ['mkfifo', path]),
};

describe.each(Object.keys(strangers))('where %s has its name, a side file', (kind) => {
  test('is refused in a sentence that says what to do, and nothing is touched', async () => {
    strangers[kind]?.();
    const before = [readdirSync(folder), lstatSync(path).ino];
    const refused = expect.objectContaining({
      code: 'FILE_EXISTS',
      data: { path },
      message: expect.stringMatching(/ is a .* Move it away, then try again\. It was not touched/),
    });
    expect(() => writeSideFile(path, 'x')).toThrow(refused);
    await expect(openSideFile(path)).rejects.toEqual(refused);
    expect(() => requireOwnFile(path)).toThrow(refused);
    expect([readdirSync(folder), lstatSync(path).ino]).toEqual(before);
    expect(readFileSync(victim, 'utf8')).toBe('precious');
  });
});

test('a leftover of a crash is made anew, and its other names keep what they hold', () => {
  linkSync(victim, path);
  writeSideFile(path, 'new', 0o600);
  expect(readFileSync(path, 'utf8')).toBe('new');
  expect(lstatSync(path).mode & 0o777).toBe(0o600);
  expect(readFileSync(victim, 'utf8')).toBe('precious');
});

test('a file that a library writes to in place is refused when it has a second name', () => {
  linkSync(victim, path);
  expect(() => requireOwnFile(path)).toThrow(/is a hard link.*Replace it by a copy of itself/);
});

test('replacing a file replaces a link of its name, not what the link leads to', () => {
  symlinkSync(victim, path);
  replaceFile(path, 'new');
  expect(lstatSync(path).isFile()).toBe(true);
  expect(readFileSync(path, 'utf8')).toBe('new');
  expect(readFileSync(victim, 'utf8')).toBe('precious');
});

test('a file that cannot be replaced leaves nothing beside it', () => {
  mkdirSync(path);
  expect(() => replaceFile(path, 'new')).toThrow(/EISDIR|EEXIST|ENOTEMPTY/);
  expect(readdirSync(folder).toSorted()).toEqual(['side', 'victim']);
});

test('a log that is a link is not written to', () => {
  symlinkSync(victim, path);
  expect(() => appendSideFile(path, 'line\n')).toThrow(/ELOOP/);
  expect(readFileSync(victim, 'utf8')).toBe('precious');
});

test('a folder is made inside others, but not through a link nor outside', () => {
  const base = join(folder, 'base');
  expect(makeSideFolder(base, 'runs', 'r')).toBe(join(base, 'runs', 'r'));
  expect(makeSideFolder(base, 'runs', 'r')).toBe(join(base, 'runs', 'r'));
  mkdirSync(join(folder, 'elsewhere'));
  symlinkSync(join(folder, 'elsewhere'), join(base, 'linked'));
  expect(() => makeSideFolder(base, 'linked', 'r')).toThrow(/linked is a symbolic link/);
  for (const name of ['..', '../elsewhere', '.', 'a/b', ''])
    expect(() => makeSideFolder(base, 'runs', name, 'r')).toThrow(/is no name for a folder/);
  expect(readdirSync(join(folder, 'elsewhere'))).toEqual([]);
});

test('the contents of a folder are plain when no link or pipe lies in it, at any depth', () => {
  mkdirSync(join(path, 'a', 'b'), { recursive: true });
  writeFileSync(join(path, 'a', 'b', 'adapter.gguf'), '');
  expect(() => requirePlainContents(path)).not.toThrow();
  expect(() => requirePlainContents(join(folder, 'nothing'))).not.toThrow();
  const link = join(path, 'a', 'b', 'epoch-001.gguf');
  symlinkSync(victim, link);
  expect(() => requirePlainContents(path)).toThrow(/epoch-001\.gguf is a symbolic link/);
  expect(readlinkSync(link)).toBe(victim);
  expect(existsSync(victim)).toBe(true);
});
