import { FileDown } from 'lucide-react';
import type { PromptSet } from '../../../shared/domain/evaluation.ts';
import { formatQuantity } from '../../../shared/text/numbers.ts';
import { Button } from '../../ui/button.tsx';
import { Segments, Select } from '../../ui/inputs/inputs.tsx';
import { NumberInput } from '../../ui/inputs/number-input.tsx';
import { setImporting } from '../evaluate-store.ts';
import type { EvaluationDraft } from './new-evaluation.ts';

interface PromptChoiceProps {
  draft: EvaluationDraft;
  sets: readonly PromptSet[];
  onChange: (change: Partial<EvaluationDraft>) => void;
}

/** Which prompts to compare on: a set, and all of it or some chosen by the seed. */
export function PromptChoice({ draft, sets, onChange }: PromptChoiceProps) {
  if (sets.length === 0)
    return (
      <div className="row">
        <span className="dim">There is no prompt set yet.</span>
        <Button small icon={<FileDown size={13} />} onClick={() => setImporting(true)}>
          Import prompts…
        </Button>
      </div>
    );
  const options = sets.map((set) => ({
    value: set.id,
    label: `${set.name} · ${formatQuantity(set.prompts, 'prompt')}`,
  }));
  const isKnown = sets.some(({ id }) => id === draft.promptSetId);
  return (
    <div className="evaluate-form-prompts">
      <Select
        label="Prompt set"
        value={draft.promptSetId}
        options={isKnown ? options : [{ value: draft.promptSetId, label: 'Choose…' }, ...options]}
        onValue={(promptSetId) => onChange({ promptSetId })}
      />
      <Segments
        label="How many prompts"
        value={draft.usesAll ? 'all' : 'some'}
        options={[
          { value: 'all', label: 'All' },
          { value: 'some', label: 'Some, by seed' },
        ]}
        onValue={(value) => onChange({ usesAll: value === 'all' })}
      />
      {!draft.usesAll && (
        <NumberInput
          label="Number of prompts"
          value={draft.prompts}
          onValue={(prompts) => onChange({ prompts })}
        />
      )}
    </div>
  );
}
