import { useRef, useState } from 'react';
import type { Checkpoint, Run } from '../../../shared/domain/run.ts';
import { formatBytes, formatCount } from '../../../shared/text/numbers.ts';
import { formatLoss } from '../../../shared/text/training.ts';
import { Badge } from '../../ui/feedback/badge.tsx';
import { CopyButton } from '../../ui/feedback/copy-button.tsx';
import { shortHash } from '../../ui/format.ts';
import { ThingMenu, useThingKeys } from '../../ui/things/thing-menu.tsx';
import { ExportButton } from '../exports/export-dialog.tsx';
import { Button } from '../../ui/button.tsx';
import { devLossHelp } from '../run-text.ts';
import { PruneButton } from './prune-dialog.tsx';
import { useStickyHead } from './use-sticky-head.ts';
import { useWindowRows } from './use-window-rows.ts';

interface CheckpointTableProps {
  run: Run;
  isFinished: boolean;
}

const fewShown = 12;
/** As the style sheet makes them. */
const rowHeightPx = 34;

/** What a run saved, newest first: an adapter or a whole model per finished epoch. */
export function CheckpointTable({ run, isFinished }: CheckpointTableProps) {
  const { checkpoints } = run;
  const hasDevLoss = run.devLosses.length > 0;
  if (checkpoints.length === 0)
    return (
      <section className="column" aria-label="Checkpoints">
        <h2>Checkpoints</h2>
        <p className="dim">
          {isFinished
            ? 'No epoch was finished: there is nothing to use in Chat or to export.'
            : 'The first checkpoint is saved at the end of the first epoch.'}
        </p>
      </section>
    );
  return (
    <section className="column" aria-label="Checkpoints">
      <div className="row">
        <h2>Checkpoints</h2>
        <span className="spacer" />
        <PruneButton run={run} isFinished={isFinished} />
      </div>
      <CheckpointRows run={run} hasDevLoss={hasDevLoss} />
    </section>
  );
}

/** The newest few, and all of them on demand: the page scrolls, not the table. */
function CheckpointRows({ run, hasDevLoss }: { run: Run; hasDevLoss: boolean }) {
  const [showsAll, setShowsAll] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  useStickyHead(box);
  const newest = run.checkpoints.toReversed();
  const count = showsAll ? newest.length : Math.min(fewShown, newest.length);
  const { first, end, beforePx, afterPx } = useWindowRows(box, count, rowHeightPx);
  return (
    <>
      <div ref={box} className="run-table-scroll">
        <table
          className="table checkpoint-table"
          aria-label="Checkpoints"
          aria-rowcount={count + 1}
        >
          <thead>
            <tr aria-rowindex={1}>
              <th className="number">Epoch</th>
              <th className="number">Step</th>
              <th className="number">Mean loss</th>
              {hasDevLoss && (
                <th className="number" title={devLossHelp}>
                  Dev loss
                </th>
              )}
              <th className="number">Size</th>
              <th>SHA-256</th>
              <th className="checkpoint-file">File</th>
              <th>Export</th>
              <th>More</th>
            </tr>
          </thead>
          <tbody>
            <Room heightPx={beforePx} />
            {newest.slice(first, end).map((checkpoint, index) => (
              <CheckpointRow
                key={checkpoint.id}
                checkpoint={checkpoint}
                rowIndex={first + index + 2}
                isAdapter={run.recipe.method !== 'full'}
                hasDevLoss={hasDevLoss}
              />
            ))}
            <Room heightPx={afterPx} />
          </tbody>
        </table>
      </div>
      {newest.length > fewShown && (
        <div className="row">
          <Button small onClick={() => setShowsAll(!showsAll)}>
            {showsAll ? `Show the newest ${fewShown}` : `Show all ${formatCount(newest.length)}`}
          </Button>
        </div>
      )}
    </>
  );
}

/** Where rows would stand that are out of sight. */
function Room({ heightPx }: { heightPx: number }) {
  if (heightPx <= 0) return null;
  return (
    <tr aria-hidden>
      <td className="checkpoint-room" aria-label="Rows out of sight" style={{ height: heightPx }} />
    </tr>
  );
}

/** The folder of the epoch: what tells one file of a run from another, since all have one name. */
const folderInRun = (path: string) => path.split(/[/\\]/).at(-2) ?? path;

interface CheckpointRowProps {
  checkpoint: Checkpoint;
  /** Its place among all rows of the table, most of which may be out of sight. */
  rowIndex: number;
  isAdapter: boolean;
  hasDevLoss: boolean;
}

function CheckpointRow({ checkpoint, rowIndex, isAdapter, hasDevLoss }: CheckpointRowProps) {
  const { id, epoch, step, meanLoss, devLoss, sizeBytes, sha256, path, isDeleted, isPicked } =
    checkpoint;
  const target = {
    thing: 'checkpoint',
    id,
    name: `${checkpoint.runName} · epoch ${epoch}`,
  } as const;
  const keys = useThingKeys(target);
  if (isDeleted)
    return (
      <tr className="dim" aria-rowindex={rowIndex}>
        <td className="number">{formatCount(epoch)}</td>
        <td className="number">{formatCount(step)}</td>
        <td className="number">{formatLoss(meanLoss)}</td>
        {hasDevLoss && <td className="number">{devLoss === null ? '' : formatLoss(devLoss)}</td>}
        <td className="number">0 B</td>
        <td colSpan={4}>The file was deleted.</td>
      </tr>
    );
  return (
    <tr ref={keys} aria-rowindex={rowIndex}>
      <td className="number">
        {isPicked && <Badge tone="good">picked</Badge>} {formatCount(epoch)}
      </td>
      <td className="number">{formatCount(step)}</td>
      <td className="number">{formatLoss(meanLoss)}</td>
      {hasDevLoss && <td className="number">{devLoss === null ? '' : formatLoss(devLoss)}</td>}
      <td className="number">{formatBytes(sizeBytes)}</td>
      <td>
        <span className="row">
          <code title={sha256}>{shortHash(sha256)}</code>
          <CopyButton text={sha256} label={`Copy SHA-256 of epoch ${epoch}`} />
        </span>
      </td>
      <td>
        <span className="row">
          <span className="truncate run-path dim" title={path}>
            <bdi>{folderInRun(path)}</bdi>
          </span>
          <CopyButton text={path} label={`Copy path of epoch ${epoch}`} />
        </span>
      </td>
      <td>
        <ExportButton checkpoint={checkpoint} isAdapter={isAdapter} />
      </td>
      <td>
        <ThingMenu target={target} />
      </td>
    </tr>
  );
}
