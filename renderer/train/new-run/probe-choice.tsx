import { builtInProbePrompts, mostProbePrompts } from '../../../shared/domain/probe.ts';
import { rpc } from '../../rpc/client.ts';
import { useQuery } from '../../rpc/use-query.ts';
import { formatQuantity } from '../../ui/format.ts';
import { Select } from '../../ui/inputs/inputs.tsx';
import { useTrain } from '../train-store.ts';

/** Chooses the prompts that are answered at every epoch: none, the built-in few, or a set. */
export function ProbeChoice() {
  const probe = useTrain((state) => state.probe);
  const sets = useQuery(['prompts.list'], () => rpc.prompts.list(), ['prompts']);
  const options = [
    { value: 'none', label: 'None' },
    { value: 'built-in', label: `Built-in · ${builtInProbePrompts.length} prompts` },
    ...(sets.data ?? []).map((set) => ({
      value: set.id,
      label: `${set.name} · ${formatQuantity(Math.min(set.prompts, mostProbePrompts), 'prompt')}`,
    })),
  ];
  return (
    <section className="run-form-section" aria-label="Probe prompts">
      <h2>Probe prompts</h2>
      <Select
        label="Answered at every epoch"
        value={options.some(({ value }) => value === probe) ? probe : 'none'}
        options={options}
        onValue={(value) => useTrain.setState({ probe: value })}
      />
      <p className="small dim">
        LIMA chose its checkpoint by reading answers, since perplexity does not follow quality. The
        run waits while the answers are written; what is trained stays the same.
      </p>
    </section>
  );
}
