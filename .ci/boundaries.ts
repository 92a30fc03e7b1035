import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
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

const mostLines = 350;
const mostFiles = 30;
/** Slivers: files this short whose one importer lies beside them. A name of its own may help a few. */
const sliverLines = 40;
const mostSlivers = 19;

/** Names of the rules that `checkStructure` reports. */
export const structureRules = [
  `at-most-${mostLines}-lines`,
  `at-most-${mostFiles}-files`,
  `at-most-${mostSlivers}-slivers`,
] as const;

const isTest = (path: string) => /\.(test|spec)\.tsx?$/.test(path);
// A step of the schema is never edited once it is released, so that it cannot be merged with another.
const isMigration = (path: string) => /^main\/store\/migrations\/\d{4}-/.test(path);
const isCode = (path: string) => /^(main|renderer|shared|e2e|\.ci)\/.*\.(ts|tsx|cts)$/.test(path);

/** Files too long, folders too full, and too many slivers, one line each; tests count by length. */
function checkStructure(root: string, modules: ICruiseResult['modules']): string[] {
  const code = modules.filter(({ source }) => isCode(source));
  const lines = new Map(code.map(({ source }) => [source, countLines(join(root, source))]));
  const long = [...lines].filter(([, count]) => count > mostLines);
  const sources = code.filter(({ source }) => !isTest(source));
  const folders = Map.groupBy(sources, ({ source }) => dirname(source));
  const full = [...folders].filter(([, files]) => files.length > mostFiles);
  const slivers = sources.filter((module) => isSliver(module, lines.get(module.source) ?? 0));
  const [tooLong, tooFull, tooMany] = structureRules;
  return [
    ...long.map(([path, count]) => `${tooLong}: ${path} → ${count} lines`),
    ...full.map(([path, files]) => `${tooFull}: ${path} → ${files.length} files`),
    ...(slivers.length > mostSlivers ? slivers : []).map(
      ({ source, dependents }) =>
        `${tooMany}: ${source} → its one importer of ${dependents.join()}`,
    ),
  ];
}

function isSliver({ source, dependents }: ICruiseResult['modules'][number], lines: number) {
  const [importer, ...others] = dependents.filter((path) => !isTest(path));
  if (isMigration(source) || lines > sliverLines) return false;
  if (importer === undefined || others.length > 0) return false;
  return dirname(importer) === dirname(source);
}

const countLines = (path: string) => readFileSync(path, 'utf8').split('\n').length - 1;

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
