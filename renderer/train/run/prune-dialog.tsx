import { useState } from 'react';
import { Scissors } from 'lucide-react';
import type { PruneRule } from '../../../shared/domain/runs/pruning.ts';
import type { Run } from '../../../shared/domain/run.ts';
import { formatBytes, formatQuantity } from '../../../shared/text/numbers.ts';
import { describeDependents, describePruning } from '../../../shared/text/pruning.ts';
import { rpc } from '../../rpc/client.ts';
import { useAction } from '../../rpc/use-action.ts';
import { useQuery } from '../../rpc/use-query.ts';
import { Button } from '../../ui/button.tsx';
import { EditButton } from '../../ui/edit-button.tsx';
import { Dialog } from '../../ui/dialogs/dialog.tsx';
import { ErrorView } from '../../ui/feedback/error-view.tsx';
import { showToast } from '../../ui/feedback/toast.tsx';
import { QueryView } from '../../ui/feedback/states.tsx';
import { Checkbox, Select } from '../../ui/inputs/inputs.tsx';
import { NumberInput } from '../../ui/inputs/number-input.tsx';

const rules = [
  { value: 'last', label: 'The last ones' },
  { value: 'best-dev-loss', label: 'Those with the lowest dev loss' },
  { value: 'best-votes', label: 'Those with the best votes' },
  { value: 'every', label: 'One in so many epochs, and the last' },
] as const;

/** Opens the dialog that keeps a few checkpoints of a run; nothing where there is nothing to choose. */
export function PruneButton({ run, isFinished }: { run: Run; isFinished: boolean }) {
  const [isOpen, setIsOpen] = useState(false);
  const live = run.checkpoints.filter(({ isDeleted }) => !isDeleted);
  if (live.length < 2) return null;
  return (
    <>
      <EditButton
        small
        icon={<Scissors size={13} />}
        disabled={!isFinished}
        onClick={() => setIsOpen(true)}
      >
        Keep only some…
      </EditButton>
      {isOpen && <PruneDialog run={run} onClose={() => setIsOpen(false)} />}
    </>
  );
}

const isCount = (count: number) => Number.isInteger(count) && count >= 1 && count <= 10_000;

function PruneDialog({ run, onClose }: { run: Run; onClose: () => void }) {
  const [rule, setRule] = useState<PruneRule>({ keep: 'last', count: 1 });
  const [agrees, setAgrees] = useState(false);
  const input = { runId: run.id, rule };
  const key = isCount(rule.count) ? ['runs.planPruning', input] : null;
  const plan = useQuery(key, () => rpc.runs.planPruning(input), ['runs', 'evaluations']);
  const dependents = plan.data ? describeDependents(plan.data) : [];
  const removed = plan.data?.removed ?? [];
  const prune = useAction(async () => {
    const checkpointIds = removed.map(({ checkpointId }) => checkpointId);
    const done = await rpc.runs.prune({ ...input, checkpointIds, withDependents: agrees });
    const what = formatQuantity(done.removed, 'checkpoint');
    showToast({ text: `Removed ${what}: ${formatBytes(done.freedBytes)} freed.`, tone: 'good' });
    onClose();
  });
  const isReady =
    removed.length > 0 &&
    plan.data?.usedByJob === null &&
    plan.data.problem === '' &&
    (dependents.length === 0 || agrees);
  const change = (next: Partial<PruneRule>) => {
    setRule({ ...rule, ...next });
    setAgrees(false);
  };
  return (
    <Dialog
      title={`Keep only some checkpoints of ${run.name}`}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            variant="danger"
            disabled={!isReady}
            isBusy={prune.isRunning}
            onClick={() => void prune.run()}
          >
            {removed.length === 0
              ? 'Remove nothing'
              : `Remove ${formatQuantity(removed.length, 'checkpoint')}`}
          </Button>
        </>
      }
    >
      <div className="row row-wrap">
        <Select
          label="Keep"
          value={rule.keep}
          options={rules}
          onValue={(keep) => change({ keep })}
        />
        <NumberInput
          label={rule.keep === 'every' ? 'Every how many epochs' : 'How many'}
          value={rule.count}
          {...(isCount(rule.count) ? {} : { error: 'A whole number from 1 up.' })}
          onValue={(count) => change({ count })}
        />
      </div>
      <QueryView query={plan} loading="Looking what would go…">
        {(data) => (
          <div className="column">
            <p role="status">{describePruning(data)}</p>
            {data.usedByJob !== null && (
              <p className="picker-why">
                {data.usedByJob} still works with them: wait for it, or cancel it.
              </p>
            )}
            {dependents.length > 0 && (
              <>
                <ul className="prune-dependents" aria-label="What depends on them">
                  {dependents.map((text) => (
                    <li key={text}>{text}</li>
                  ))}
                </ul>
                <Checkbox
                  label="Remove them all the same: these keep what they say, and answer no more"
                  isChecked={agrees}
                  onChecked={setAgrees}
                />
              </>
            )}
            <p className="small dim">
              The rows of the run stay: losses, settings and curves. Files that are gone cannot be
              brought back.
            </p>
          </div>
        )}
      </QueryView>
      {prune.error !== undefined && <ErrorView error={prune.error} />}
    </Dialog>
  );
}
