import { posix, win32 } from 'node:path';
import { expect, test } from 'vitest';
import { PathGuard, type PathSystem } from './path-guard.ts';
import { isPlainName, pathProblem } from './path-problem.ts';

const onWindows = (path: string) => pathProblem(path, win32);

test.each([
  String.raw`\\server\share\model.gguf`,
  '//server/share/model.gguf',
  String.raw`\/server\share`,
  String.raw`\\?\C:\model.gguf`,
  String.raw`\\?\UNC\server\share\x`,
  String.raw`\\.\PhysicalDrive0`,
  String.raw`\\.\pipe\name`,
  String.raw`\??\C:\x`,
  String.raw`\\localhost\c$\x`,
])('%s is a share or a device to Windows, and is not looked at', (path) => {
  expect(onWindows(path)).toMatch(/network share or a device.*drive letter/);
});

test.each([
  [String.raw`C:\a\nul`, /device/],
  [String.raw`C:\a\COM1.gguf`, /device/],
  [String.raw`C:\lpt¹\x`, /device/],
  [String.raw`C:\con\x`, /device/],
  [String.raw`C:\p.lima::$DATA`, /hidden stream/],
  [String.raw`C:\p.lima:x`, /hidden stream/],
  [String.raw`C:\p.lima.`, /dot or a space/],
  ['C:\\p.lima ', /dot or a space/],
  [String.raw`C:\a \b`, /dot or a space/],
])('%s is another file to Windows than it seems, and is refused', (path, why) => {
  expect(onWindows(path)).toMatch(why);
});

test('an ordinary path of Windows, and one of the others with its signs in it, may be looked at', () => {
  for (const path of [String.raw`C:\Users\me\a b.gguf`, 'C:/x/../y', String.raw`D:\console\nulls`])
    expect(onWindows(path)).toBeUndefined();
  for (const path of ['/a:b/c.', '/nul', '//x', String.raw`/a\b`, '/x '])
    expect(pathProblem(path, posix)).toBeUndefined();
});

test('NUL and a path longer than any system takes are refused everywhere', () => {
  for (const paths of [posix, win32]) {
    expect(pathProblem('/a\0b', paths)).toMatch(/NUL/);
    expect(pathProblem(`/${'a'.repeat(10_000_000)}`, paths)).toMatch(/10000001 characters/);
  }
});

/** Windows with these links; every path that is asked for is written down. */
function windows(links: Record<string, string>): { system: PathSystem; asked: string[] } {
  const asked: string[] = [];
  const linkTarget = (path: string) => {
    asked.push(path);
    return links[path];
  };
  return { system: { paths: win32, linkTarget }, asked };
}

test('on Windows no path on a share is asked for, neither itself nor where a link leads', () => {
  const { system, asked } = windows({ [String.raw`C:\work\models`]: String.raw`\\evil\share` });
  const guard = new PathGuard([String.raw`C:\work`], system);
  for (const path of [
    String.raw`\\evil\share\m.gguf`,
    String.raw`C:\work\models\m.gguf`,
    String.raw`C:\work\..\work\models\a\..\m.gguf`,
  ])
    expect(() => guard.checkStored(path)).toThrow(/network share/);
  expect(asked.filter((path) => path.startsWith('\\\\'))).toEqual([]);
});

test('on Windows roots hold whatever the case of a path, and a link out of them is followed', () => {
  const { system } = windows({ [String.raw`C:\work\out`]: String.raw`D:\secret` });
  const guard = new PathGuard([String.raw`C:\Work`], system);
  expect(guard.check(String.raw`c:\work\A.gguf`)).toBe(String.raw`c:\work\A.gguf`);
  expect(() => guard.check(String.raw`C:\work\out\x`)).toThrow(/outside the folders/);
  expect(() => guard.check(String.raw`C:\workers\x`)).toThrow(/outside the folders/);
});

test('a stored path that is none of this system is refused, not resolved against a folder', () => {
  const guard = new PathGuard(null);
  for (const path of [String.raw`C:\models\m.gguf`, 'm.gguf', '../m.gguf', ''])
    expect(() => guard.checkStored(path)).toThrow(/no path of this system.*Show where/);
  const { system } = windows({});
  expect(() => new PathGuard(null, system).checkStored('models\\m.gguf')).toThrow(/no path of/);
});

test('every path in a stored payload is checked, by the name of its property', () => {
  const guard = new PathGuard(['/work']);
  expect(guard.checkPaths({ path: '/work/a', note: '/etc/passwd', basePath: '/work/b' })).toEqual({
    path: '/work/a',
    note: '/etc/passwd',
    basePath: '/work/b',
  });
  for (const payload of [{ path: '/etc/passwd' }, { basePath: '/etc/x' }, { outDir: '/etc' }])
    expect(() => guard.checkPaths(payload)).toThrow(/outside the folders/);
});

test('a plain name is one component on every system', () => {
  for (const name of ['runs', 'epoch-001', 'adapter.gguf', '019abc-1', 'ünï'])
    expect(isPlainName(name)).toBe(true);
  const bad = [
    '',
    '.',
    '..',
    'a/b',
    'a\\b',
    'a:b',
    'C:',
    'x.',
    'x ',
    ' x',
    '.x',
    'nul',
    'COM1.txt',
  ];
  for (const name of [...bad, 'a\0b', 'a\nb', 'a*', 'n'.repeat(256)])
    expect(isPlainName(name)).toBe(false);
});
