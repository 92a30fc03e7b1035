import { diskPartName } from '../../shared/text/project/deleting.ts';
import { formatBytes, formatQuantity } from '../../shared/text/numbers.ts';
import type { DiskUsage } from '../../shared/domain/deletion.ts';
import { rpc } from '../rpc/client.ts';
import { useAction } from '../rpc/use-action.ts';
import { useQuery } from '../rpc/use-query.ts';
import { Dialog } from '../ui/dialogs/dialog.tsx';
import { EditButton } from '../ui/edit-button.tsx';
import { ErrorView } from '../ui/feedback/error-view.tsx';
import { QueryView } from '../ui/feedback/states.tsx';
import { showToast } from '../ui/feedback/toast.tsx';
import { ThingMenu } from '../ui/things/thing-menu.tsx';
import { showShellDialog } from './shell-store.ts';

/** What the project takes on the disk: by part, by run, and what can be freed. */
export function DiskDialog() {
  const usage = useQuery(['disk.usage'], () => rpc.disk.usage(), ['runs', 'labels', 'project']);
  return (
    <Dialog title="Disk" isWide onClose={() => showShellDialog(null)}>
      <QueryView query={usage}>
        {(known) => (
          <div className="column">
            <PartTable usage={known} />
            {known.runs.length > 0 && <RunTable usage={known} />}
            <Leftovers usage={known} />
          </div>
        )}
      </QueryView>
    </Dialog>
  );
}

function PartTable({ usage }: { usage: DiskUsage }) {
  return (
    <table className="table" aria-label="Parts">
      <thead>
        <tr>
          <th>What</th>
          <th className="number">Size</th>
          <th>Where</th>
        </tr>
      </thead>
      <tbody>
        {usage.parts.map(({ part, bytes, path }) => (
          <tr key={part}>
            <td>{diskPartName(part)}</td>
            <td className="number">{formatBytes(bytes)}</td>
            <td className="small dim truncate" title={path}>
              {path}
            </td>
          </tr>
        ))}
        <tr>
          <td>
            <strong>In all</strong>
          </td>
          <td className="number">
            <strong>{formatBytes(usage.totalBytes)}</strong>
          </td>
          <td>with everything beside the project</td>
        </tr>
      </tbody>
    </table>
  );
}

function RunTable({ usage }: { usage: DiskUsage }) {
  return (
    <table className="table" aria-label="Runs by size">
      <thead>
        <tr>
          <th>Run</th>
          <th className="number">Adapters</th>
          <th className="number">To resume</th>
          <th>More</th>
        </tr>
      </thead>
      <tbody>
        {usage.runs.map(({ runId, name, adapterBytes, resumeBytes }) => (
          <tr key={runId}>
            <td className="truncate">{name}</td>
            <td className="number">{formatBytes(adapterBytes)}</td>
            <td className="number">{resumeBytes > 0 ? formatBytes(resumeBytes) : ''}</td>
            <td>
              <ThingMenu target={{ thing: 'run', id: runId, name }} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Leftovers({ usage }: { usage: DiskUsage }) {
  const removing = useAction(async () => {
    const { freedBytes } = await rpc.disk.removeLeftovers();
    showToast({ text: `${formatBytes(freedBytes)} freed`, tone: 'good' });
  });
  const { leftovers, freeableBytes } = usage;
  if (leftovers.length === 0)
    return <p className="dim">Nothing lies beside the project that belongs to nothing.</p>;
  return (
    <section className="column" aria-label="What can be freed">
      <p>
        {formatQuantity(leftovers.length, 'file or folder', 'files and folders')} of nothing that
        the project knows any more, {formatBytes(freeableBytes)}. A backup from before a deletion
        may still name them.
      </p>
      <ul className="small dim">
        {leftovers.slice(0, 20).map(({ path, bytes, why }) => (
          <li key={path}>
            {formatBytes(bytes)} · {path} · {why}
          </li>
        ))}
      </ul>
      <div className="row">
        <EditButton
          variant="danger"
          isBusy={removing.isRunning}
          onClick={() => void removing.run()}
        >
          Free {formatBytes(freeableBytes)}
        </EditButton>
      </div>
      {removing.error !== undefined && <ErrorView error={removing.error} />}
    </section>
  );
}
