import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { IConfiguration } from 'dependency-cruiser';
import { checkBoundaries, type BoundaryReport } from './boundaries.ts';

const checkout = resolve(import.meta.dirname, '..');
const copied = ['main', 'renderer', 'shared', 'e2e', '.ci', 'package.json', 'tsconfig.base.json'];

/** For every rule, files that break it: the first one must be reported. */
const plants: Record<string, Record<string, string>> = {
  'renderer-imports-shared-only': {
    'renderer/ui/planted-main.ts': `import type { CoreConfig } from '../../main/core/config.ts'; export type A = CoreConfig;`,
  },
  'renderer-has-no-node': {
    'renderer/ui/planted-node.ts': `export { readFileSync } from 'node:fs';`,
  },
  'tabs-never-import-each-other': {
    'renderer/chat/planted-tab.ts': `export { two } from '../curate/planted-two.ts';`,
    'renderer/curate/planted-two.ts': `export const two = 2;`,
  },
  'tabs-and-kit-never-import-the-shell': {
    'renderer/curate/planted-shell.ts': `export { useDesktopCommands } from '../app/desktop-commands.ts';`,
  },
  'kit-never-imports-tabs': {
    'renderer/ui/planted-kit.ts': `export { two } from '../curate/planted-two.ts';`,
  },
  'shared-imports-nothing-of-ours': {
    'shared/domain/planted-main.ts': `export { nodeRuntimePath } from '../../main/engines/node-runtime.ts';`,
  },
  'shared-has-no-node': {
    'shared/domain/planted-node.ts': `export { createHash } from 'node:crypto';`,
  },
  'shared-uses-pure-packages-only': {
    'shared/domain/planted-package.ts': `export { v7 } from 'uuid';`,
  },
  'core-and-store-know-no-shell': {
    'main/core/planted-shell.ts': `export { CoreProcess } from '../electron/core-process.ts';`,
  },
  'store-stands-alone': {
    'main/store/planted-core.ts': `export { AppError } from '../core/app-error.ts';`,
  },
  'core-knows-engines-by-protocol-only': {
    'main/core/planted-engine.ts': `export { serveEngine } from '../engines/serve-engine.ts';`,
  },
  'engines-know-protocol-and-formats-only': {
    'main/trainer/planted-other.ts': `export { one } from '../inference/planted-one.ts';`,
    'main/inference/planted-one.ts': `export const one = 1;`,
  },
  'gguf-stands-alone': {
    'main/gguf/planted-engine.ts': `export { serveEngine } from '../engines/serve-engine.ts';`,
  },
  'supervision-knows-no-engine': {
    'main/engines/planted-supervision.ts': `export { one } from '../inference/planted-one.ts';`,
  },
  'inspector-starts-no-shell-core-or-engine': {
    'main/engines/inspector/planted-entry.ts': `export { createCore } from '../../core/create-core.ts';`,
  },
  'trainer-and-inference-entries-never-open-projects': {
    'main/trainer/entry.ts': `export { three } from './planted-three.ts';`,
    'main/trainer/planted-three.ts': `export * as three from '../store/open-project.ts';`,
  },
  'electron-and-headless-never-import-each-other': {
    'main/electron/planted-command.ts': `export { commands } from '../headless/commands/command-table.ts';`,
  },
  'shell-stands-alone': {
    'main/shell/planted-window.ts': `export { menuTemplate } from '../electron/menu.ts';`,
  },
  'headless-reaches-engines-through-the-core': {
    'main/headless/planted-store.ts': `export { readGguf } from '../gguf/read-gguf.ts';`,
  },
  'electron-reaches-the-core-by-messages-only': {
    'main/electron/planted-core.ts': `export { createCore } from '../core/create-core.ts';`,
  },
  'core-side-runs-without-electron': {
    'main/electron/core-side/planted-window.ts': `export { menuTemplate } from '../menu.ts';`,
  },
  'only-main-electron-imports-electron': {
    'main/headless/planted-electron.ts': `import type { App } from 'electron'; export type A = App;`,
  },
  'only-main-headless-imports-http': {
    'main/core/planted-http.ts': `export { createServer } from 'node:http';`,
  },
  'only-main-headless-imports-ws': {
    'main/core/planted-ws.ts': `export { WebSocketServer } from 'ws';`,
  },
  'only-main-store-imports-better-sqlite3': {
    'main/core/planted-sqlite.ts': `import Database from 'better-sqlite3'; export const a = Database;`,
  },
  'only-main-inference-imports-node-llama-cpp': {
    'main/trainer/planted-llama.ts': `export { getLlama } from 'node-llama-cpp';`,
  },
  'only-main-trainer-imports-koffi': {
    'main/inference/planted-koffi.ts': `import koffi from 'koffi'; export const a = koffi;`,
  },
  'product-never-imports-tests': {
    'main/electron/planted-test.ts': `export { ElectronStandIn } from './testing/electron-stand-in.ts';`,
  },
  'product-never-imports-tools': {
    'main/headless/planted-tool.ts': `export { seededChance } from '../tools/atlas/chance.ts';`,
  },
  'product-never-imports-the-build-of-kernels': {
    'main/trainer/planted-build.ts': `export { hashSources } from './kernels/build.ts';`,
  },
  'shipped-code-uses-shipped-packages': {
    'main/core/planted-development.ts': `export { useState } from 'react';`,
  },
  'no-cycles': {
    'shared/domain/planted-chicken.ts': `export { egg } from './planted-egg.ts'; export const chicken = 1;`,
    'shared/domain/planted-egg.ts': `import { chicken } from './planted-chicken.ts'; export const egg = chicken;`,
  },
  'every-import-resolves': {
    'main/core/planted-nothing.ts': `export { nothing } from './does-not-exist.ts';`,
  },
};

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

test('every rule has an import planted against it', () => {
  const require = createRequire(import.meta.url);
  const config: IConfiguration = require('../.dependency-cruiser.cjs');
  const names = config.forbidden?.map((rule) => rule.name);
  expect(new Set(names)).toEqual(new Set(Object.keys(plants)));
});

test.each(Object.entries(plants))('the import planted against %s is reported', (rule, files) => {
  const [planted] = Object.keys(files);
  const broken = report.violations.map((line) => line.split(' → ')[0]);
  expect(broken).toContain(`${rule}: ${planted}`);
});
