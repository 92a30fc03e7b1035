import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const isProduct = (path: string) =>
  !/\.test\.tsx?$|[\\/](testing|tools|node_modules)[\\/]/.test(path);
const sources = globSync('{main,renderer,shared}/**/*.{ts,tsx}', { cwd: root }).filter(isProduct);

const withoutComments = (text: string) =>
  text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/^\s*\/\/.*$|\s\/\/ .*$/gm, '');

// A plan in GB beside a measurement in GiB differs by 7 % for the same bytes.
test('a size is told by formatBytes alone: no other source puts a unit behind a number', () => {
  expect(sources.length).toBeGreaterThan(500);
  const strange = sources.flatMap((path) =>
    withoutComments(readFileSync(join(root, path), 'utf8'))
      .split('\n')
      .filter((line) => /[\d}]\s?(?:[kKMGT]B|[KMGTP]iB)\b/.test(line))
      .map((line) => `${path.replaceAll('\\', '/')}: ${line.trim()}`),
  );
  // The words of a setting, which no module of words may be imported for: a whole number of MiB.
  expect(strange).toEqual([
    expect.stringContaining('shared/domain/recipe/recipe.ts: `threads; 0 uses'),
  ]);
});
