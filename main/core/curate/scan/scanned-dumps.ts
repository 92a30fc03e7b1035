import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ScannedDump } from '../../../../shared/domain/selection/candidate.ts';
import { textHash } from '../../../store/content-hash.ts';
import type { CoreState } from '../../project/core-state.ts';
import type { ProjectSession } from '../../project/project-session.ts';
import { readDump } from './candidate-file.ts';

const ending = '.scan';

/** A dump and the file of its candidates. */
export interface StoredScan {
  dump: ScannedDump;
  candidatesPath: string;
}

/** Where the scans of a project lie: with the settings of this machine, as its dumps do not travel. */
export function scansFolder({ config }: CoreState, { uuid }: ProjectSession): string {
  return join(config.userDataDir, 'scans', uuid === '' ? 'unnamed' : uuid);
}

/** Where the candidates of a dump go until its site is known. */
export function newScanPath(folder: string, path: string): string {
  mkdirSync(folder, { recursive: true });
  return join(folder, `${textHash(path).slice(0, 32)}${ending}`);
}

/** Every scan of this version, by site; of two of one site the later one. */
export function storedScans(folder: string): StoredScan[] {
  const bySite = new Map<string, StoredScan>();
  for (const name of namesIn(folder)) {
    const candidatesPath = join(folder, name);
    const dump = readDump(candidatesPath);
    if (!dump) continue;
    const known = bySite.get(dump.site);
    if (!known || known.dump.scannedMs < dump.scannedMs)
      bySite.set(dump.site, { dump, candidatesPath });
  }
  return [...bySite.values()].toSorted((one, other) => (one.dump.site < other.dump.site ? -1 : 1));
}

/** Removes the scans of a site; true when there was one. */
export function forgetSite(folder: string, site: string): boolean {
  const paths = namesIn(folder)
    .map((name) => join(folder, name))
    .filter((path) => readDump(path)?.site === site);
  for (const path of paths) rmSync(path, { force: true });
  return paths.length > 0;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith(ending));
  } catch {
    // Nothing was scanned yet.
    return [];
  }
}
