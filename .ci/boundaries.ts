import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { ICruiseResult } from 'dependency-cruiser';
import ts from 'typescript';

/** What a check of one checkout found. */
export interface BoundaryReport {
  modules: number;
  /** One line per broken rule: its name, from where, to where. */
  violations: string[];
}

/** Far below the real number, far above what a checker that cannot read TypeScript would see. */
const minimumModules = 250;
const sources = ['main', 'renderer', 'shared', 'e2e', '.ci'];
const reportLimitBytes = 256 * 1024 * 1024;

/** Checks the import rules of `.dependency-cruiser.cjs` in the checkout `root`. */
export async function checkBoundaries(root: string): Promise<BoundaryReport> {
  const command = join(root, 'node_modules/.bin/depcruise');
  const options = ['--config', '.dependency-cruiser.cjs', '--output-type', 'json'];
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [command, ...options, ...sources],
    { cwd: root, maxBuffer: reportLimitBytes },
  );
  const { modules, summary }: ICruiseResult = JSON.parse(stdout);
  const isOwn = (path: string) => sources.some((folder) => path.startsWith(`${folder}/`));
  return {
    modules: modules.filter((module) => isOwn(module.source)).length,
    violations: summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`),
  };
}

async function main(): Promise<void> {
  // With TypeScript 7 the cruiser prints a warning, reads no module and reports success.
  if (!ts.version.startsWith('6.'))
    throw new Error(`dependency-cruiser reads TypeScript with 6.x, not ${ts.version}: pin 6.x.`);
  const { modules, violations } = await checkBoundaries(resolve(import.meta.dirname, '..'));
  for (const violation of violations) console.error(violation);
  console.log(`${modules} modules, ${violations.length} broken boundaries`);
  if (modules < minimumModules)
    throw new Error(`Only ${modules} modules were read, not ${minimumModules}: nothing is proven.`);
  if (violations.length > 0) process.exitCode = 1;
}

if (import.meta.main) await main();
