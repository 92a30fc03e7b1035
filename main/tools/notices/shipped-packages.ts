import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const names = z.record(z.string(), z.string()).default({});

const lockEntrySchema = z.object({
  name: z.string().optional(),
  version: z.string().optional(),
  license: z.string().optional(),
  integrity: z.string().optional(),
  resolved: z.string().optional(),
  dev: z.boolean().default(false),
  dependencies: names,
  optionalDependencies: names,
  os: z.unknown().optional(),
  cpu: z.unknown().optional(),
});

/** A package of package-lock.json; `path` is its folder below the checkout. */
export interface LockedPackage {
  path: string;
  name: string;
  version: string;
  /** An SPDX expression; undefined where the package declares none. */
  license: string | undefined;
  integrity: string | undefined;
  /** Where it was fetched from, when that is written down. */
  resolved: string | undefined;
  isDev: boolean;
  /** Packages of one platform are installed only there. */
  isOfPlatform: boolean;
  dependencies: string[];
}

/** Every package of the lock, those of other platforms too. */
export function lockedPackages(checkout: string): LockedPackage[] {
  const text = readFileSync(join(checkout, 'package-lock.json'), 'utf8');
  const { packages } = z
    .object({ packages: z.record(z.string(), lockEntrySchema) })
    .parse(JSON.parse(text));
  return Object.entries(packages)
    .filter(([path]) => path !== '')
    .map(([path, entry]) => ({
      path,
      name: entry.name ?? path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
      version: entry.version ?? '',
      license: entry.license,
      integrity: entry.integrity,
      resolved: entry.resolved,
      isDev: entry.dev,
      isOfPlatform: entry.os !== undefined || entry.cpu !== undefined,
      dependencies: Object.keys({ ...entry.dependencies, ...entry.optionalDependencies }),
    }));
}

/**
 * The packages that the application ships on any platform: all that are needed at run time, and
 * what is bundled into the window, which package.json counts among the tools.
 */
export function shippedPackages(checkout: string): LockedPackage[] {
  const locked = lockedPackages(checkout);
  const byPath = new Map(locked.map((entry) => [entry.path, entry]));
  const shipped = new Set(locked.filter((entry) => !entry.isDev));
  const waiting = importedByWindow(checkout).map((name) => find(byPath, '', name));
  for (
    let entry = waiting.pop();
    entry !== undefined || waiting.length > 0;
    entry = waiting.pop()
  ) {
    if (!entry || shipped.has(entry)) continue;
    shipped.add(entry);
    for (const name of entry.dependencies) waiting.push(find(byPath, `${entry.path}/`, name));
  }
  return locked.filter((entry) => shipped.has(entry));
}

/** The names of the packages that files of renderer/ import, styles included. */
function importedByWindow(checkout: string): string[] {
  const found = globSync('renderer/**/*.{ts,tsx}', { cwd: checkout })
    .filter((path) => !path.endsWith('.config.ts') && !/\.test\.tsx?$/.test(path))
    .flatMap((path) => [
      ...readFileSync(join(checkout, path), 'utf8').matchAll(
        /(?:from|import) '((?:@[^/']+\/)?[^./'][^/']*)/g,
      ),
    ]);
  return [...new Set(found.map(([, name]) => name ?? ''))];
}

/** The package that `name` means for a package in the folder `from`, as Node resolves it. */
function find(
  byPath: Map<string, LockedPackage>,
  from: string,
  name: string,
): LockedPackage | undefined {
  const here = byPath.get(`${from}node_modules/${name}`);
  if (here || from === '') return here;
  const parent = from.slice(0, from.lastIndexOf('node_modules/'));
  return find(byPath, parent, name);
}
