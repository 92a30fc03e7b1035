import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect, test } from 'vitest';

const checkout = resolve(import.meta.dirname, '..');
const listed = execFileSync('git', ['ls-files', '-z', '--', '*.md'], { cwd: checkout });
const documents = listed.toString().split('\0').filter(Boolean);

/** Targets of links, and what stands between backticks and is a path: a folder alone may be a name. */
function namedPaths(text: string): string[] {
  const links = [...text.matchAll(/\]\((?!\w+:|#)([^)#\s]+)/g)];
  const code = [
    ...text.matchAll(/`([\w.-]+(?:\/[\w.-]+)*\/(?:[\w.-]+\.(?:[cm]?tsx?|[ch]|cjs|md))?)`/g),
  ];
  const paths = code.filter(([, path = '']) => path.indexOf('/') < path.length - 1);
  return [...links, ...paths].map(([, path = '']) => path);
}

/** Whether a path leads somewhere from the document, from its folders upwards, from main/ or its core. */
function exists(document: string, path: string): boolean {
  const folders = [dirname(document), '.', 'main', 'main/core'];
  for (let folder = dirname(document); folder !== '.'; folder = dirname(folder))
    folders.push(folder);
  return folders.some((folder) => existsSync(join(checkout, folder, path)));
}

test.each(documents)('every path that %s names exists', (document) => {
  const paths = namedPaths(readFileSync(join(checkout, document), 'utf8'));
  expect(paths.filter((path) => !exists(document, path))).toEqual([]);
});
