import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ICruiseResult } from 'dependency-cruiser';

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
const isCode = (path: string) => /^(main|renderer|shared|e2e|\.ci)\/.*\.(ts|tsx|cts)$/.test(path);

/** Files too long, folders too full, and too many slivers, one line each; tests count by length. */
export function checkStructure(root: string, modules: ICruiseResult['modules']): string[] {
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
  if (lines > sliverLines || importer === undefined || others.length > 0) return false;
  return dirname(importer) === dirname(source);
}

const countLines = (path: string) => readFileSync(path, 'utf8').split('\n').length - 1;
