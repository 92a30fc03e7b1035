import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, rmSync, type Stats } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import {
  backupReasonSchema,
  backupsToKeep,
  mostBackupShare,
  type BackupReason,
  type KeptBackup,
} from '../../../shared/domain/project/backup.ts';
import { makeSideFolder } from '../../side-files/side-file.ts';

/** A backup as its file alone tells; `number` 0 is one that an earlier version left. */
export interface BackupFile extends KeptBackup {
  name: string;
  path: string;
  sizeBytes: number;
}

/**
 * The folder of a project's backups: beside it, or in the folder that the person chose, where the
 * path of the project tells it from others of the same name.
 */
export function backupFolder(projectPath: string, chosen: string | null): string {
  const path = resolve(projectPath);
  if (chosen === null) return `${path}.backups`;
  const hash = createHash('sha256').update(path).digest('hex').slice(0, 8);
  return join(chosen, `${basename(path)}-${hash}`);
}

const namePattern = /^(\d{6})-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-([a-z]+)\.lima$/;

/** The backups of a project in this folder and of earlier versions beside it, newest first. */
export function listBackups(folder: string, projectPath: string): BackupFile[] {
  const own = namesIn(folder).flatMap((name) => backupNamed(folder, name) ?? []);
  return [...own, ...formerBackups(projectPath)].toSorted(
    (a, b) => b.number - a.number || b.createdMs - a.createdMs,
  );
}

function backupNamed(folder: string, name: string): BackupFile | undefined {
  const [, number, ...rest] = namePattern.exec(name) ?? [];
  const reason = backupReasonSchema.safeParse(rest.pop());
  if (number === undefined || !reason.success) return undefined;
  const [year, month, day, hour, minute, second] = rest.map(Number);
  const found = regularFile(join(folder, name));
  if (!found || year === undefined || month === undefined) return undefined;
  return {
    name,
    path: join(folder, name),
    number: Number(number),
    createdMs: Date.UTC(year, month - 1, day, hour, minute, second),
    reason: reason.data,
    sizeBytes: found.size,
  };
}

/** Before there was a list, a migration left `name.lima.backup-vN`. */
function formerBackups(projectPath: string): BackupFile[] {
  const start = `${basename(projectPath)}.backup-v`;
  return namesIn(dirname(projectPath)).flatMap((name) => {
    if (!name.startsWith(start) || !/^\d+$/.test(name.slice(start.length))) return [];
    const path = join(dirname(projectPath), name);
    const found = regularFile(path);
    if (!found) return [];
    const createdMs = Math.round(found.mtimeMs);
    return [{ name, path, number: 0, createdMs, reason: 'migration', sizeBytes: found.size }];
  });
}

function regularFile(path: string): Stats | undefined {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found?.isFile() ? found : undefined;
}

function namesIn(folder: string): string[] {
  try {
    // A link that came with a project leads to what are no backups of it.
    return lstatSync(folder).isDirectory() ? readdirSync(folder) : [];
  } catch {
    // No folder yet, or a chosen disk that is not there: nothing can be restored from it.
    return [];
  }
}

/** The path of a new backup, in a folder that is made for it; what a kill left there is removed. */
export function nextBackupPath(folder: string, reason: BackupReason): string {
  makeSideFolder(folder);
  const names = namesIn(folder);
  for (const name of names) if (/\.part(-\w+)?$/.test(name)) rmSync(join(folder, name));
  const last = Math.max(0, ...names.map((name) => Number(/^(\d{6})-/.exec(name)?.[1] ?? 0)));
  const number = String(last + 1).padStart(6, '0');
  const time = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '');
  return join(folder, `${number}-${time}-${reason}.lima`);
}

/**
 * Deletes the backups that the rule does not keep, then, while all of them take more than their
 * share of the disk, the oldest; the newest always stays. Returns the names of what went.
 */
export function removeOldBackups(folder: string, freeBytes: number): string[] {
  const entries = namesIn(folder).flatMap((name) => backupNamed(folder, name) ?? []);
  const kept = backupsToKeep(entries, (epochMs) => new Date(epochMs).toDateString());
  let takenBytes = kept.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const mostBytes = mostBackupShare * (freeBytes + takenBytes);
  while (kept.length > 1 && takenBytes > mostBytes) takenBytes -= kept.pop()?.sizeBytes ?? 0;
  const gone = entries.filter((entry) => !kept.includes(entry));
  for (const { path } of gone)
    for (const suffix of ['', '-wal', '-journal']) rmSync(path + suffix, { force: true });
  return gone.map(({ name }) => name);
}
