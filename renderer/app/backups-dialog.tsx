import { useState } from 'react';
import type { BackupList } from '../../shared/contract/backups.ts';
import type { Backup } from '../../shared/domain/project/backup.ts';
import {
  describeContent,
  describeDifference,
  describeKeeping,
  describeReason,
} from '../../shared/text/project/backups.ts';
import { damageAdvice, describeDamage } from '../../shared/text/project/damage.ts';
import { formatBytes, formatQuantity } from '../../shared/text/numbers.ts';
import { rpc } from '../rpc/client.ts';
import { useAction } from '../rpc/use-action.ts';
import { useQuery } from '../rpc/use-query.ts';
import { projectChanged } from '../rpc/watch.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialogs/dialog.tsx';
import { ErrorView } from '../ui/feedback/error-view.tsx';
import { EmptyState, QueryView } from '../ui/feedback/states.tsx';
import { showToast } from '../ui/feedback/toast.tsx';
import { baseName, formatMoment } from '../ui/format.ts';
import { TextInput } from '../ui/inputs/inputs.tsx';
import { VisibleText } from '../ui/text/visible-text.tsx';
import { endingProject } from './ongoing-dialog.tsx';
import { hideBackups, useShell } from './shell-store.ts';
import './backups-dialog.css';

/** The backups of a project, open or not, when somebody looks at them. */
export function BackupsDialog() {
  const shown = useShell((state) => state.backups);
  return shown && <Backups key={shown.path} {...shown} />;
}

function Backups({ path, error, isOpen }: { path: string; error: unknown; isOpen: boolean }) {
  const list = useQuery(['backups.list', path], () => rpc.backups.list({ path }), ['project']);
  const make = useAction(async () => {
    await rpc.backups.make();
    list.refetch();
  });
  const restore = useAction(async (name: string) => {
    const ending = { stopLabel: 'Stop and restore' };
    const restored = await endingProject(ending, (how) =>
      rpc.backups.restore({ path, name, ...how }),
    );
    if (!restored) return;
    const { kept } = restored;
    hideBackups();
    projectChanged();
    const keptAs = kept === null ? '' : ` What it was is kept as the backup ${baseName(kept)}.`;
    showToast({ text: `Restored.${keptAs}`, tone: 'good' });
  });
  return (
    <Dialog
      title={`Backups of ${baseName(path)}`}
      onClose={hideBackups}
      isWide
      footer={
        isOpen && (
          <Button isBusy={make.isRunning} onClick={() => void make.run()}>
            Back up now
          </Button>
        )
      }
    >
      {error !== undefined && <ErrorView error={error} />}
      {(restore.error ?? make.error) !== undefined && (
        <ErrorView error={restore.error ?? make.error} />
      )}
      <QueryView query={list} loading="Reading the backups…">
        {(data) => (
          <>
            {data.problem !== null && (
              <p role="status">
                The last backup failed: <VisibleText text={data.problem} />
              </p>
            )}
            {isOpen && <DamagedRows onTaken={list.refetch} />}
            <BackupRows
              list={data}
              isBusy={restore.isRunning}
              onRestore={(name) => void restore.run(name)}
            />
            <p className="dim small">
              {describeKeeping(data.kept)} Restoring keeps the project as it is now as a backup
              first and stops its jobs. They lie in <VisibleText text={data.folder} />.
            </p>
            <BackupFolderField
              folder={data.isFolderChosen ? data.folder : null}
              onChanged={list.refetch}
            />
          </>
        )}
      </QueryView>
    </Dialog>
  );
}

/** Rows that the disk changed; nothing where there are none, or while they are being compared. */
function DamagedRows({ onTaken }: { onTaken: () => void }) {
  const report = useQuery(['backups.damage'], () => rpc.backups.damage(), ['project']);
  const takeBack = useAction(async () => {
    const { mended, left } = await rpc.backups.takeBack();
    onTaken();
    showToast({ text: `Took back ${formatQuantity(mended, 'group')} of rows; ${left} left.` });
  });
  const damage = report.data?.damage ?? [];
  if (damage.length === 0) return null;
  const canTake = damage.some(({ wholeIn }) => wholeIn !== null);
  return (
    <section className="damaged-rows" aria-label="Damaged rows">
      <h3>The disk changed rows of this project</h3>
      <ul>
        {damage.map((each) => (
          <li key={`${each.table} ${each.last}`}>
            <VisibleText text={describeDamage(each)} />{' '}
            <span className="dim">{damageAdvice(each.wholeIn !== null)}</span>
          </li>
        ))}
      </ul>
      {takeBack.error !== undefined && <ErrorView error={takeBack.error} />}
      {canTake && (
        <Button isBusy={takeBack.isRunning} onClick={() => void takeBack.run()}>
          Take these rows back
        </Button>
      )}
    </section>
  );
}

interface BackupRowsProps {
  list: BackupList;
  isBusy: boolean;
  onRestore: (name: string) => void;
}

function BackupRows({ list, isBusy, onRestore }: BackupRowsProps) {
  if (list.backups.length === 0)
    return (
      <EmptyState title="No backup yet">
        One is made soon after the first change of a day, hourly while you work, and when the
        project closes.
      </EmptyState>
    );
  return (
    <ul className="backup-list" aria-label="Backups">
      {list.backups.map((backup) => (
        <li key={backup.name} className="backup-row">
          <p>
            <strong>{formatMoment(backup.createdMs)}</strong>{' '}
            <span className="dim">
              {describeReason(backup.reason)}, {formatBytes(backup.sizeBytes)}
            </span>
          </p>
          <p className="small">
            <VisibleText text={describeContent(backup)} />
          </p>
          <p className="dim small">{differenceOf(backup, list)}</p>
          <Button
            small
            disabled={backup.counts === null}
            isBusy={isBusy}
            aria-label={`Restore the backup of ${formatMoment(backup.createdMs)}`}
            onClick={() => onRestore(backup.name)}
          >
            Restore
          </Button>
        </li>
      ))}
    </ul>
  );
}

const differenceOf = ({ counts }: Backup, { now }: BackupList) =>
  counts && now ? `Compared with now it ${describeDifference(counts, now)}.` : '';

interface BackupFolderFieldProps {
  /** The chosen one; null while they lie beside each project. */
  folder: string | null;
  onChanged: () => void;
}

/** Where the backups of every project of this person go. */
export function BackupFolderField({ folder, onChanged }: BackupFolderFieldProps) {
  const [typed, setTyped] = useState('');
  const change = useAction(async (to: string | null) => {
    await rpc.backups.setFolder({ folder: to });
    setTyped('');
    onChanged();
  });
  return (
    <>
      <div className="backup-folder">
        <TextInput
          label="Folder for the backups of all projects on this machine"
          placeholder={folder ?? 'beside each project'}
          value={typed}
          onValue={setTyped}
        />
        <Button
          disabled={typed.trim() === ''}
          isBusy={change.isRunning}
          onClick={() => void change.run(typed.trim())}
        >
          Use this folder
        </Button>
        {folder !== null && (
          <Button isBusy={change.isRunning} onClick={() => void change.run(null)}>
            Beside each project
          </Button>
        )}
      </div>
      {change.error !== undefined && <ErrorView error={change.error} />}
    </>
  );
}
