import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { IConfiguration } from 'dependency-cruiser';
import { checkBoundaries, ruleFiles, structureRules, type BoundaryReport } from './boundaries.ts';

const checkout = resolve(import.meta.dirname, '..');
const copied = ['main', 'renderer', 'shared', 'e2e', '.ci', 'package.json', 'tsconfig.base.json'];

function manyFiles(folder: string, count: number): Record<string, string> {
  const names = Array.from({ length: count }, (_, index) => `${folder}/planted-${index}.ts`);
  return Object.fromEntries(names.map((name) => [name, 'export {};']));
}

const importAll = (count: number) =>
  Array.from({ length: count }, (_, index) => `import './planted-${index}.ts';`).join('\n');

/** A file, and the file of ours that it imports. */
const leading = (from: string, to: string): Record<string, string> => ({
  [from]: `export { planted } from './${relative(dirname(from), to)}';`,
  [to]: 'export const planted = 1;',
});

/** For every rule, files that break it: the first one must be reported. */
const plants: Record<string, Record<string, string>> = {
  'renderer-imports-shared-only': leading('renderer/ui/to-main.ts', 'main/core/of-ui.ts'),
  'renderer-has-no-node': {
    'renderer/ui/planted-node.ts': `export { readFileSync } from 'node:fs';`,
  },
  'tabs-never-import-each-other': leading('renderer/chat/to-tab.ts', 'renderer/curate/of-tab.ts'),
  'tabs-and-kit-never-import-the-shell': leading(
    'renderer/curate/to-shell.ts',
    'renderer/app/of-tab.ts',
  ),
  'kit-never-imports-tabs': leading('renderer/ui/to-tab.ts', 'renderer/curate/of-kit.ts'),
  'shared-imports-nothing-of-ours': leading('shared/domain/to-main.ts', 'main/core/of-shared.ts'),
  'shared-has-no-node': {
    'shared/domain/planted-node.ts': `export { createHash } from 'node:crypto';`,
  },
  'shared-uses-pure-packages-only': {
    'shared/domain/planted-package.ts': `export { v7 } from 'uuid';`,
  },
  'core-and-store-know-no-shell': leading('main/core/to-shell.ts', 'main/electron/of-core.ts'),
  'store-stands-alone': leading('main/store/to-core.ts', 'main/core/of-store.ts'),
  'core-knows-engines-by-protocol-only': leading('main/core/to-one.ts', 'main/engines/of-core.ts'),
  'core-asks-engines-for-guarded-paths-only': {
    'main/core/to-start.ts': `export { startTrainer } from '../engines/start-engines.ts';`,
  },
  'only-the-guard-calls-a-path-guarded': {
    'main/core/to-brand.ts': `export { asGuarded } from './files/guarded-path.ts';`,
  },
  'core-touches-files-in-few-places': {
    'main/core/planted-files.ts': `export { writeFileSync } from 'node:fs';`,
  },
  'engines-know-protocol-and-formats-only': leading(
    'main/trainer/to-other.ts',
    'main/inference/of-trainer.ts',
  ),
  'templates-run-in-their-own-process': {
    'main/inference/planted-template.ts': `export { runTemplate } from '../../shared/template/run-template.ts';`,
  },
  'gguf-stands-alone': leading('main/gguf/to-engine.ts', 'main/engines/of-gguf.ts'),
  'side-files-stand-alone': leading('main/side-files/to-store.ts', 'main/store/of-side-files.ts'),
  'input-files-stand-alone': leading(
    'main/input-files/to-store.ts',
    'main/store/of-input-files.ts',
  ),
  'native-knows-errors-only': leading('main/native/to-format.ts', 'main/gguf/of-native.ts'),
  'native-code-is-called-in-engines-only': leading(
    'main/core/to-native.ts',
    'main/native/of-core.ts',
  ),
  'supervision-knows-no-engine': leading('main/engines/to-one.ts', 'main/inference/of-engines.ts'),
  'inspector-starts-no-shell-core-or-engine': leading(
    'main/engines/inspector/to-core.ts',
    'main/core/of-inspector.ts',
  ),
  'trainer-and-inference-entries-never-open-projects': {
    'main/trainer/entry.ts': `export { planted } from './to-store.ts';`,
    ...leading('main/trainer/to-store.ts', 'main/store/of-trainer.ts'),
  },
  'electron-and-headless-never-import-each-other': leading(
    'main/electron/to-headless.ts',
    'main/headless/of-electron.ts',
  ),
  'shell-stands-alone': leading('main/shell/to-window.ts', 'main/electron/of-shell.ts'),
  'headless-reaches-engines-through-the-core': leading(
    'main/headless/to-gguf.ts',
    'main/gguf/of-headless.ts',
  ),
  'electron-reaches-the-core-by-messages-only': leading(
    'main/electron/to-core.ts',
    'main/core/of-electron.ts',
  ),
  'core-side-runs-without-electron': leading(
    'main/electron/core-side/to-window.ts',
    'main/electron/of-core-side.ts',
  ),
  'what-checks-the-package-lies-inside-of-it': {
    'main/electron/verify-package.ts': `export { z } from 'zod';`,
  },
  'only-main-electron-imports-electron': {
    'main/headless/planted-electron.ts': `import type { App } from 'electron'; export type A = App;`,
  },
  'only-main-headless-core-network-imports-http': {
    'main/core/planted-http.ts': `export { createServer } from 'node:http';`,
  },
  'only-main-headless-core-network-engines-imports-sockets': {
    'main/core/planted-socket.ts': `export { connect } from 'node:net';`,
  },
  'only-main-core-network-imports-ky': {
    'main/core/planted-ky.ts': `import ky from 'ky'; export const a = ky;`,
  },
  'network-knows-no-project': leading('main/core/network/to-store.ts', 'main/store/of-network.ts'),
  'only-main-headless-imports-ws': {
    'main/core/planted-ws.ts': `export { WebSocketServer } from 'ws';`,
  },
  'only-main-store-imports-better-sqlite3': {
    'main/core/planted-sqlite.ts': `import Database from 'better-sqlite3'; export const a = Database;`,
  },
  'only-main-inference-imports-node-llama-cpp': {
    'main/trainer/planted-llama.ts': `export { getLlama } from 'node-llama-cpp';`,
  },
  'only-main-native-trainer-imports-koffi': {
    'main/inference/planted-koffi.ts': `import koffi from 'koffi'; export const a = koffi;`,
  },
  'product-never-imports-tests': leading('main/core/to-fixture.ts', 'main/core/testing/of-core.ts'),
  'product-never-imports-tools': leading('main/headless/to-tool.ts', 'main/tools/of-headless.ts'),
  'product-never-imports-the-build-of-kernels': leading(
    'main/trainer/to-build.ts',
    'main/trainer/kernels/of-trainer.ts',
  ),
  'shipped-code-uses-shipped-packages': {
    'main/core/planted-development.ts': `export { useState } from 'react';`,
  },
  'no-cycles': {
    ...leading('shared/domain/planted-chicken.ts', 'shared/domain/planted-egg.ts'),
    'shared/domain/planted-egg.ts': `export { planted } from './planted-chicken.ts';`,
  },
  'no-folder-cycles': {
    ...leading('shared/stats/to-report.ts', 'shared/report/of-stats.ts'),
    ...leading('shared/report/to-stats.ts', 'shared/stats/of-report.ts'),
  },
  'at-most-350-lines': { 'shared/domain/planted-long.ts': 'export {};\n'.repeat(351) },
  'at-most-30-files': manyFiles('shared/planted-crowd', 31),
  'at-most-19-slivers': {
    ...manyFiles('shared/planted-slivers', 20),
    'shared/planted-slivers/importer.ts': importAll(20),
  },
  'every-import-resolves': {
    'main/core/planted-nothing.ts': `export { nothing } from './does-not-exist.ts';`,
  },
};

/** Rules that report a folder, and not a file in it. */
const isOfFolders = (rule: string) => rule === 'no-folder-cycles' || rule === 'at-most-30-files';

const copy = mkdtempSync(join(tmpdir(), 'lima-boundaries-'));
let report: BoundaryReport;

beforeAll(async () => {
  for (const name of [...copied, '.dependency-cruiser.cjs'])
    cpSync(join(checkout, name), join(copy, name), { recursive: true });
  symlinkSync(join(checkout, 'node_modules'), join(copy, 'node_modules'));
  for (const files of Object.values(plants))
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(copy, path)), { recursive: true });
      writeFileSync(join(copy, path), text);
    }
  report = await checkBoundaries(copy);
});
afterAll(() => rmSync(copy, { recursive: true }));

test('every rule has something planted against it', () => {
  const require = createRequire(import.meta.url);
  const names = ruleFiles.flatMap((file) => {
    const config: IConfiguration = require(join(checkout, file));
    return config.forbidden?.map((rule) => rule.name) ?? [];
  });
  names.push(...structureRules);
  expect(new Set(names)).toEqual(new Set(Object.keys(plants)));
});

test.each(Object.entries(plants))('what is planted against %s is reported', (rule, files) => {
  const [file = ''] = Object.keys(files);
  const planted = isOfFolders(rule) ? dirname(file) : file;
  const broken = report.violations.map((line) => line.split(' → ')[0]);
  expect(broken).toContain(`${rule}: ${planted}`);
});
