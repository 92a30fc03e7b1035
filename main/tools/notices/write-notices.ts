import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type LockedPackage, shippedPackages } from './shipped-packages.ts';

const checkout = resolve(import.meta.dirname, '../../..');
const target = join(checkout, 'out/third-party-notices.txt');

/** Packages of one platform, by the beginning of their names, and whose licence text is theirs. */
const families: [RegExp, text: string][] = [
  [/^@koromix\/koffi-/, 'koffi'],
  [/^@node-llama-cpp\//, 'node-llama-cpp'],
  [/^@reflink\/reflink-/, '@reflink/reflink'],
];

/** Texts that a licence asks for and that do not come with the package, below this folder. */
const missingTexts: Record<string, string> = { '7z-wasm': 'LGPL-2.1.txt' };

/** Native code that is part of a package and has a licence of its own. */
const withinPackages = [
  'SQLite, in better-sqlite3: in the public domain (https://www.sqlite.org/copyright.html).',
  '7-Zip, in 7z-wasm: LGPL 2.1 or later, with the restriction of unRAR; unchanged, as files of its own in\n' +
    '  node_modules/7z-wasm. Sources: https://7-zip.org and https://github.com/use-strict/7z-wasm.',
  'llama.cpp and ggml, in @node-llama-cpp/*: MIT, Copyright (c) 2023-2026 The ggml authors.',
  'Node.js, in node-* and node-bin-*: its LICENSE lies beside the program, in resources/node.',
  'Electron and Chromium: their licences lie beside the application, where Electron puts them.',
];

const header = `Lima Workbench contains software of others. This file lists every package that it ships on any
platform, with the licence that each declares and the texts that come with it.

${withinPackages.join('\n')}
`;

/** The text of the notices: packages in order of their names, each text once. */
function notices(packages: LockedPackage[]): string {
  const byText = new Map<string, string[]>();
  for (const entry of packages.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
    const text = licenceText(entry, packages);
    const title = `${entry.name} ${entry.version} (${entry.license ?? 'see its licence'})`;
    byText.set(text, [...(byText.get(text) ?? []), title]);
  }
  const sections = [...byText].map(([text, titles]) => `${titles.join('\n')}\n\n${text}\n`);
  return [header, ...sections].join(`\n${'-'.repeat(100)}\n\n`);
}

function licenceText(entry: LockedPackage, packages: LockedPackage[]): string {
  if (/^node-(bin-)?(linux|darwin|win)-/.test(entry.name))
    return 'Its LICENSE lies beside the program, in resources/node.';
  const family = families.find(([pattern]) => pattern.test(entry.name))?.[1];
  const owner = family ? packages.find(({ name }) => name === family) : entry;
  const folder = join(checkout, (owner ?? entry).path);
  const files = globSync('{LICEN[CS]E,[Ll]icen[cs]e,unRarLicense,COPYING,NOTICE}{,-*,.*}', {
    cwd: folder,
  })
    .toSorted()
    .map((name) => join(folder, name));
  const missing = missingTexts[entry.name];
  if (missing !== undefined) files.push(join(import.meta.dirname, missing));
  if (files.length > 0)
    return files
      .map((path) => readFileSync(path, 'utf8').replace(/\r\n?/g, '\n').trim())
      .join('\n\n');
  if (!existsSync(folder) && !entry.isOfPlatform)
    throw new Error(`${entry.path} is not installed: run "npm ci", then build again.`);
  return `No text comes with it. Licence as declared: ${entry.license ?? 'none'}.`;
}

mkdirSync(join(target, '..'), { recursive: true });
writeFileSync(target, notices(shippedPackages(checkout)));
