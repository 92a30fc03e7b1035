import { resolve } from 'node:path';
import type { ReadReason } from '../../../shared/domain/project/access.ts';
import type { BackupList } from '../../../shared/contract/backups.ts';
import {
  describeContent,
  describeDifference,
  describeKeeping,
  describeReason,
} from '../../../shared/text/project/backups.ts';
import { formatBytes, formatQuantity, formatTime } from '../../../shared/text/numbers.ts';
import { shellWord } from '../../../shared/text/foreign-text.ts';
import { readOnlyNotice } from '../../../shared/text/project/read-only.ts';
import { UsageError } from '../cli/command-error.ts';
import { defineCommand, positional, type Call } from '../cli/command.ts';
import { openCore, openCoreWithProject, type CoreClient } from '../cli/open-core.ts';

/** `lima backup`: makes a backup of a project now. */
export const backupCommand = defineCommand({
  name: 'backup',
  usage: 'backup P.lima',
  summary: 'Make a backup of a project now.',
  edits: true,
  positionals: { min: 1, max: 1 },
  options: {},
  async run(call) {
    await using project = await openCoreWithProject(call);
    const backup = await project.client.backups.make();
    call.terminal.result(
      backup,
      `Backed up to ${backup.path} (${formatBytes(backup.sizeBytes)}: ${describeContent(backup)}).`,
    );
  },
});

/** `lima backup list`: the backups of a project, also of one that cannot be opened. */
export const backupListCommand = defineCommand({
  name: 'backup list',
  usage: 'backup list P.lima',
  summary: 'List the backups of a project, newest first, and how each differs from now.',
  positionals: { min: 1, max: 1 },
  options: {},
  async run(call) {
    await using core = await openCore();
    const list = await core.client.backups.list({ path: resolve(positional(call, 0)) });
    call.terminal.result(list, describeList(list));
  },
});

/** `lima backup folder`: where backups of all projects go on this machine. */
export const backupFolderCommand = defineCommand({
  name: 'backup folder',
  usage: 'backup folder [FOLDER | --beside]',
  summary: 'Show or choose the folder for the backups of all projects on this machine.',
  positionals: { min: 0, max: 1 },
  options: {
    beside: { type: 'boolean', description: 'put backups beside each project again' },
  },
  details: () => [
    'FOLDER has to be there, best on another disk. Backups made before stay where they are.',
  ],
  async run(call) {
    const chosen = call.positionals[0];
    if (chosen !== undefined && call.options.beside)
      throw new UsageError('Name a FOLDER or give --beside, not both.');
    await using core = await openCore();
    const { backups } = core.client;
    const isShown = chosen === undefined && !call.options.beside;
    const answer = isShown
      ? await backups.folder()
      : await backups.setFolder({ folder: chosen === undefined ? null : resolve(chosen) });
    const where = answer.folder === null ? 'beside each project' : `to ${answer.folder}`;
    call.terminal.result(answer, `Backups go ${where}.`);
  },
});

function describeList({ path, folder, backups, now, kept }: BackupList): string {
  const lines = backups.flatMap((backup) => [
    `${backup.name}  ${formatTime(backup.createdMs)}  ${formatBytes(backup.sizeBytes)}  ` +
      describeReason(backup.reason),
    `    ${describeContent(backup)}` +
      (backup.counts && now
        ? ` (compared with now it ${describeDifference(backup.counts, now)})`
        : ''),
  ]);
  return [
    ...(now ? [] : [`${path} cannot be read: restore it from one of these.`]),
    ...(lines.length > 0 ? lines : [`${path} has no backup yet.`]),
    `They lie in ${folder}. ${describeKeeping(kept)}`,
  ].join('\n');
}

/** `lima restore`: puts a backup in the place of the project, which is kept as a backup. */
export const restoreCommand = defineCommand({
  name: 'restore',
  usage: 'restore P.lima [BACKUP] [--damaged-rows]',
  summary: 'Restore a project from a backup; what it is now is kept as a backup first.',
  edits: true,
  positionals: { min: 1, max: 2 },
  options: {
    'damaged-rows': {
      type: 'boolean',
      description:
        'take back only rows that the disk damaged, from the newest backup that has them',
    },
  },
  details: () => [
    'BACKUP is a name from `lima backup list` or a path; without it the newest that is whole.',
    'It also restores a project that cannot be opened any more.',
  ],
  async run(call) {
    const path = resolve(positional(call, 0));
    const name = call.positionals[1];
    if (call.options['damaged-rows']) return await takeBack(call, name);
    await using core = await openCore();
    const restored = await core.client.backups.restore({
      path,
      ...(name !== undefined && { name }),
    });
    await tellTrust(core.client, call, restored.project.readReason);
    call.terminal.result(
      restored,
      [
        `Restored ${path} from ${restored.restored}.`,
        ...(restored.kept ? [`What it was is kept as ${restored.kept}.`] : []),
      ].join('\n'),
    );
  },
});

/** What was never trusted here stays so after it was restored, unless it was said. */
async function tellTrust(
  client: CoreClient,
  { trusts, terminal, positionals }: Pick<Call, 'trusts' | 'terminal' | 'positionals'>,
  readReason: ReadReason | null,
): Promise<void> {
  if (readReason === null) return;
  if (trusts && readReason === 'not-trusted') {
    await client.project.trust();
    return;
  }
  terminal.note(readOnlyNotice(readReason));
  if (readReason === 'not-trusted')
    terminal.note(`Trust it with: lima trust ${shellWord(positionals[0] ?? '')}`);
}

async function takeBack(call: Call, name: string | undefined): Promise<void> {
  if (name !== undefined)
    throw new UsageError('--damaged-rows looks through all backups: leave the BACKUP out.');
  await using project = await openCoreWithProject({ ...call, edits: true });
  const taken = await project.client.backups.takeBack();
  call.terminal.result(
    taken,
    `Took back ${formatQuantity(taken.mended, 'group')} of damaged rows; ` +
      `${formatQuantity(taken.left, 'group')} left.`,
  );
}
