import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { ICruiseResult } from 'dependency-cruiser';
import ts from 'typescript';
import { checkStructure } from './structure.ts';

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

/** Rules between files, and rules between folders, which count no test. */
export const ruleFiles = ['.dependency-cruiser.cjs', '.ci/folder-rules.cjs'];

const isOwn = (path: string) => sources.some((folder) => path.startsWith(`${folder}/`));

/** Checks the import rules of `ruleFiles` and the sizes of files and folders in a checkout. */
export async function checkBoundaries(root: string): Promise<BoundaryReport> {
  const results = await Promise.all(ruleFiles.map((config) => cruise(root, config)));
  const violations = results.flatMap(({ summary }) => summary.violations);
  const modules = results[0]?.modules ?? [];
  return {
    modules: modules.filter((module) => isOwn(module.source)).length,
    violations: [
      ...violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`),
      ...checkStructure(root, modules),
    ],
  };
}

async function cruise(root: string, config: string): Promise<ICruiseResult> {
  const command = join(root, 'node_modules/.bin/depcruise');
  const options = ['--config', config, '--output-type', 'json'];
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [command, ...options, ...sources],
    { cwd: root, maxBuffer: reportLimitBytes },
  );
  return JSON.parse(stdout);
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
