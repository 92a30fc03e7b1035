import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { all } from '../../store/database.ts';
import { inspectProjectFile } from '../../store/file/inspect-project-file.ts';
import { openProjectFile } from '../../store/file/open-project-file.ts';
import { checkSearchIndex, hashRows, toldSchema } from './acts.ts';
import { stateAfter, type DiskState } from './disk-state.ts';
import { drawCases, type Case } from './power-losses.ts';
import type { Recording } from './record.ts';
import type { Operation } from './trace.ts';

/** A state in which something was wrong. */
export interface BadState {
  count: number;
  kind: string;
  /** `refused` or `corrupt`: the project cannot be used; `lost`: what was acknowledged is not there. */
  fault: 'refused' | 'corrupt' | 'lost';
  message: string;
}

/** What came of replaying one recording. */
export interface ReplayReport {
  states: number;
  /** States that differ in a byte, in a name, or in what had been acknowledged. */
  distinct: number;
  /** Acknowledgements that were checked, over all states. */
  acknowledgements: number;
  bad: BadState[];
}

/** The contents that a project may have: those from the last acknowledged one on. */
interface Promised {
  hashes: string[];
  acknowledged: number;
}

/** What had been told of each project before the power went, and may be of it after. */
function promises(operations: readonly Operation[], count: number): Map<string, Promised> {
  const projects = new Map<string, Promised>();
  for (const [index, operation] of operations.entries()) {
    if (operation.kind !== 'told') continue;
    const { what, path, hash } = toldSchema.parse(JSON.parse(operation.text));
    const project = projects.get(path) ?? { hashes: [], acknowledged: 0 };
    projects.set(path, project);
    if (what === 'commit') project.hashes.push(hash);
    else if (index < count) {
      project.hashes.splice(0, project.hashes.length - 1);
      project.acknowledged += 1;
    }
  }
  return projects;
}

/** Opens every drawn state of a recording as the product does, and says what was wrong. */
export function replay(
  recording: Recording,
  options: { states: number; seed: number; within: string },
): ReplayReport {
  const { folder, initial, operations } = recording;
  const report: ReplayReport = { states: 0, distinct: 0, acknowledgements: 0, bad: [] };
  const seen = new Set<string>();
  for (const drawn of drawCases(operations.length, options.states, options.seed)) {
    const state = stateAfter(initial, operations, drawn.count, drawn.loss);
    const promised = promises(operations, drawn.count);
    report.states += 1;
    for (const { acknowledged } of promised.values()) report.acknowledgements += acknowledged;
    const id = hashState(state, promised);
    if (seen.has(id)) continue;
    seen.add(id);
    const place = mkdtempSync(join(options.within, 'state-'));
    try {
      writeState(state, folder, place);
      for (const [path, project] of promised)
        report.bad.push(...check(path.replace(folder, place), project, drawn));
    } finally {
      rmSync(place, { recursive: true, force: true });
    }
  }
  return { ...report, distinct: seen.size };
}

function hashState(state: DiskState, promised: Map<string, Promised>): string {
  const hash = createHash('sha256');
  for (const [path, content] of [...state].toSorted(([a], [b]) => (a < b ? -1 : 1)))
    hash.update(`${path}\0${content?.length ?? 'folder'}\0`).update(content ?? '');
  for (const [path, { acknowledged }] of promised) hash.update(`${path}\0${acknowledged}\0`);
  return hash.digest('hex');
}

function writeState(state: DiskState, folder: string, place: string): void {
  for (const [path, content] of [...state].toSorted(([a], [b]) => a.length - b.length)) {
    const target = path.replace(folder, place);
    mkdirSync(content === null ? target : dirname(target), { recursive: true });
    if (content !== null) writeFileSync(target, content);
  }
}

const checkRow = z.object({ integrity_check: z.string() });

function check(path: string, { hashes, acknowledged }: Promised, drawn: Case): BadState[] {
  const bad = (fault: BadState['fault'], message: string): BadState[] => [
    { count: drawn.count, kind: drawn.kind, fault, message },
  ];
  let file;
  try {
    inspectProjectFile(path);
    file = openProjectFile(path);
  } catch (error) {
    // Until it was acknowledged, a project need not be there.
    return acknowledged === 0 ? [] : bad('refused', String(error));
  }
  try {
    const first = all(file.db, checkRow, 'PRAGMA integrity_check')[0]?.integrity_check;
    if (first !== 'ok') return bad('corrupt', String(first));
    const orphans = all(file.db, z.unknown(), 'PRAGMA foreign_key_check');
    if (orphans.length > 0) return bad('corrupt', `${orphans.length} rows without their parents`);
    checkSearchIndex(file.db);
    const hash = hashRows(file.db);
    return acknowledged === 0 || hashes.includes(hash)
      ? []
      : bad('lost', `after ${acknowledged} acknowledgements its content is another`);
  } catch (error) {
    return bad('corrupt', String(error));
  } finally {
    file.close();
  }
}
