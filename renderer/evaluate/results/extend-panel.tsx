import { useState } from 'react';
import { Plus } from 'lucide-react';
import type { EvaluationSummary } from '../../../shared/contract/evaluate.ts';
import { formatQuantity } from '../../../shared/text/numbers.ts';
import { rpc } from '../../rpc/client.ts';
import { useAction } from '../../rpc/use-action.ts';
import { EditButton } from '../../ui/edit-button.tsx';
import { ErrorView } from '../../ui/feedback/error-view.tsx';
import { Select } from '../../ui/inputs/inputs.tsx';
import { NumberInput } from '../../ui/inputs/number-input.tsx';
import { showEvaluate } from '../evaluate-store.ts';
import { usePromptSets } from '../queries.ts';

/** What can still be done once voting is closed: the same systems on further prompts, blind again. */
export function ExtendPanel({ summary }: { summary: EvaluationSummary }) {
  const sets = usePromptSets().data ?? [];
  const own = sets.find(({ name }) => name === summary.promptSetName)?.id ?? '';
  const [chosen, setChosen] = useState<string>();
  const [prompts, setPrompts] = useState(10);
  const promptSetId = chosen ?? own;
  const isCount = Number.isSafeInteger(prompts) && prompts >= 1;
  const extend = useAction(async () => {
    const { id } = summary;
    const { evaluationId } = await rpc.evaluations.extend({ id, prompts, promptSetId });
    showEvaluate({ kind: 'evaluation', id: evaluationId });
  });
  return (
    <section className="results-section" aria-label="Extend">
      <h2>Extend</h2>
      <p className="dim">
        Voting on these pairs is closed. Both systems can answer further prompts, which you vote on
        blind; the votes here stay as they are. Going on because of a result you saw is optional
        stopping: the report counts the new votes by themselves, and says what all together are
        worth.
      </p>
      <div className="row extend-fields">
        <NumberInput
          label="Further prompts"
          value={prompts}
          error={isCount ? undefined : 'Type a whole number from 1.'}
          onValue={setPrompts}
        />
        <Select
          label="Of the prompt set"
          value={promptSetId}
          options={sets.map(({ id, name }) => ({ value: id, label: name }))}
          onValue={setChosen}
        />
        <EditButton
          icon={<Plus size={14} />}
          isBusy={extend.isRunning}
          disabled={promptSetId === '' || !isCount}
          onClick={() => void extend.run()}
        >
          Extend by {formatQuantity(prompts, 'prompt')}
        </EditButton>
      </div>
      {extend.error !== undefined && <ErrorView error={extend.error} />}
    </section>
  );
}
