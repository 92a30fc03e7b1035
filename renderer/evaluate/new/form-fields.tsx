import { FileDown, Play } from 'lucide-react';
import { EditButton } from '../../ui/edit-button.tsx';
import { ErrorView } from '../../ui/feedback/error-view.tsx';
import { Checkbox, Segments } from '../../ui/inputs/inputs.tsx';
import { NumberInput } from '../../ui/inputs/number-input.tsx';
import { SamplingFields } from '../../ui/systems/sampling-fields.tsx';
import { setImporting } from '../evaluate-store.ts';
import type { GenerationDraft, PromptAmount } from './form-checks.ts';

interface GenerationFieldsProps {
  legend: string;
  seed: { label: string; hint: string };
  draft: GenerationDraft;
  onChange: (change: Partial<GenerationDraft>) => void;
}

/** How answers are made, and the seed of what is random beside them. */
export function GenerationFields({ legend, seed, draft, onChange }: GenerationFieldsProps) {
  return (
    <fieldset>
      <legend>{legend}</legend>
      <SamplingFields value={draft.sampling} onValue={(sampling) => onChange({ sampling })} />
      <div className="evaluate-form-pair">
        <NumberInput
          label="Prompts at a time"
          hint="At most, and as memory allows. It changes no answer on a CPU, only how long all take."
          value={draft.parallel}
          onValue={(parallel) => onChange({ parallel })}
        />
        <NumberInput {...seed} value={draft.seed} onValue={(value) => onChange({ seed: value })} />
      </div>
    </fieldset>
  );
}

interface BothBadProps {
  draft: Pick<GenerationDraft, 'bothBad'>;
  onChange: (change: Pick<GenerationDraft, 'bothBad'>) => void;
}

/** A fourth choice beside LIMA's three. */
export function BothBadField({ draft, onChange }: BothBadProps) {
  return (
    <Checkbox
      label="Let voters say “both are bad”: a tie that is told apart"
      isChecked={draft.bothBad}
      onChecked={(bothBad) => onChange({ bothBad })}
    />
  );
}

interface PromptAmountProps {
  label: string;
  draft: PromptAmount;
  onChange: (change: Partial<PromptAmount>) => void;
}

/** All prompts of a set, or some chosen by the seed. */
export function PromptAmountFields({ label, draft, onChange }: PromptAmountProps) {
  return (
    <>
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
          label={label}
          value={draft.prompts}
          onValue={(prompts) => onChange({ prompts })}
        />
      )}
    </>
  );
}

/** Where prompts come from while the project has none. */
export function NoPromptSet() {
  return (
    <div className="row">
      <span className="dim">There is no prompt set yet.</span>
      <EditButton small icon={<FileDown size={13} />} onClick={() => setImporting(true)}>
        Import prompts…
      </EditButton>
    </div>
  );
}

interface StartRowProps {
  label: string;
  /** Why it cannot start; undefined when it can. */
  obstacle: string | undefined;
  /** Beside the button while nothing is in the way. */
  note: string;
  create: { error: unknown; isRunning: boolean };
}

/** The button that starts what the form says, what is in its way, and what went wrong. */
export function StartRow({ label, obstacle, note, create }: StartRowProps) {
  return (
    <>
      {create.error !== undefined && <ErrorView error={create.error} />}
      <div className="row">
        <EditButton
          type="submit"
          variant="primary"
          icon={<Play size={14} />}
          disabled={obstacle !== undefined}
          isBusy={create.isRunning}
        >
          {label}
        </EditButton>
        <span className="dim" role="status">
          {obstacle ?? note}
        </span>
      </div>
    </>
  );
}
