import type { DamageReport } from '../../../shared/contract/backups.ts';
import { startInspector } from '../../engines/start-engines.ts';
import { toRead } from '../files/guarded-engines.ts';
import { backupFolder, listBackups, type BackupFile } from '../../store/backups/backup-list.ts';
import type { DamagedGroup } from '../../store/checksums/check-rows.ts';
import { takeBackRows, wantedRows } from '../../store/checksums/take-back.ts';
import { AppError } from '../base/app-error.ts';
import type { CoreState } from '../project/core-state.ts';
import type { ProjectSession } from '../project/project-session.ts';
import { rowChecksOf } from '../checksums/row-checks.ts';

/** Rows of a backup that are what a damaged group lacks. */
interface Rescue {
  group: DamagedGroup;
  backup: BackupFile;
  lines: string[];
}

/** All damage of the open project, once every row was compared, and what can be taken back. */
export async function damageReport(
  state: CoreState,
  session: ProjectSession,
): Promise<DamageReport> {
  const groups = await damageOf(session);
  const rescues = await findRescues(state, session, groups);
  return {
    damage: groups.map((group) => {
      const { table, first, last, rows, missing, isUnreadable } = group;
      const backup = rescues.find((rescue) => rescue.group === group)?.backup;
      const wholeIn = backup ? { name: backup.name, createdMs: backup.createdMs } : null;
      return { table, first, last, rows, missing, isUnreadable, wholeIn };
    }),
  };
}

/** Takes back every row that a backup still has as it was; the others stay as they are. */
export async function takeBackDamaged(
  state: CoreState,
  session: ProjectSession,
): Promise<{ mended: number; left: number }> {
  const checks = rowChecksOf(session);
  const rescues = await findRescues(state, session, await damageOf(session));
  let mended = 0;
  for (const { group, lines } of rescues) {
    if (!takeBackRows(session.file.db, group, lines)) continue;
    checks?.mended(group);
    mended += 1;
  }
  session.changes.touch('project', 'samples', 'datasets', 'runs', 'prompts', 'evaluations');
  return { mended, left: checks?.damage.length ?? 0 };
}

async function damageOf(session: ProjectSession): Promise<DamagedGroup[]> {
  const checks = rowChecksOf(session);
  if (!checks) throw new AppError('INVALID_STATE', 'The rows of this project are not checked');
  await checks.checked;
  return [...checks.damage];
}

/** Looks through the backups, newest first, until each group was found whole in one. */
async function findRescues(
  { settings, paths }: CoreState,
  { file }: ProjectSession,
  groups: readonly DamagedGroup[],
): Promise<Rescue[]> {
  const rescues: Rescue[] = [];
  let open = groups.filter((group) => !group.isUnreadable);
  const folder = backupFolder(file.path, settings.backupFolder);
  await paths.reach(folder);
  for (const backup of listBackups(folder, file.path)) {
    if (open.length === 0) break;
    const wanted = open.map((group) => wantedRows(file.db, group));
    const found = await rowsIn(backup.path, wanted);
    for (const [index, lines] of found.entries()) {
      const group = open[index];
      if (group && lines.length === wanted[index]?.checksums.length)
        rescues.push({ group, backup, lines });
    }
    open = open.filter((group) => !rescues.some((rescue) => rescue.group === group));
  }
  return rescues;
}

type Wanted = ReturnType<typeof wantedRows>;

const readMs = 20_000;

async function rowsIn(path: string, wanted: Wanted[]): Promise<string[][]> {
  await using inspector = startInspector(toRead(path));
  try {
    const options = { signal: AbortSignal.timeout(readMs), cancelGraceMs: 0 };
    return await inspector.request('findRows', { path, wanted }, options);
  } catch {
    // A backup that cannot be read helps with nothing; an older one may.
    return [];
  }
}
