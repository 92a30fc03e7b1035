import { checkpointName, longModelName, strengthText } from '../../../shared/text/model-names.ts';
import type { Model } from '../../../shared/domain/model.ts';
import type { SystemSpec } from '../../../shared/domain/identity.ts';
import { Select, Slider, type Option } from '../inputs/inputs.tsx';
import { ConfirmModelButton, RelocateModelButton } from '../models/model-buttons.tsx';
import { checkpointsFor, systemProblem, type AvailableModels } from './systems.ts';
import { TemplateChoice } from './template-choice.tsx';
import './system-picker.css';

interface SystemPickerProps {
  /** Names the group, as in "Left system"; left out inside a fieldset that has a legend. */
  label?: string;
  value: SystemSpec;
  available: AvailableModels;
  onValue: (system: SystemSpec) => void;
}

const noAdapter = '';

function missingNote({ isFromElsewhere, isMissing }: Model): string {
  if (isFromElsewhere) return ' (from elsewhere)';
  return isMissing ? ' (missing)' : '';
}

/** Chooses a base model, an adapter trained on it, its strength from 0 to 1.5, and a chat template. */
export function SystemPicker({ label, value, available, onValue }: SystemPickerProps) {
  const problem = systemProblem(available, value);
  const models: Option<string>[] = available.models.map((model) => ({
    value: model.id,
    label: `${longModelName(model)}${missingNote(model)}`,
  }));
  const missing = available.models.find((model) => model.id === value.modelId && model.isMissing);
  const isKnown = models.some((option) => option.value === value.modelId);
  return (
    <div
      className="system-picker"
      role={label === undefined ? undefined : 'group'}
      aria-label={label}
    >
      <div className="system-picker-base">
        <Select
          label="Base model"
          value={value.modelId}
          error={problem}
          options={isKnown ? models : [{ value: value.modelId, label: 'Choose…' }, ...models]}
          onValue={(modelId) => onValue({ modelId, checkpointId: null, strength: 1 })}
        />
        {missing?.isFromElsewhere && <ConfirmModelButton model={missing} />}
        {missing && <RelocateModelButton modelId={missing.id} />}
      </div>
      <Select
        label="Adapter"
        value={value.checkpointId ?? noAdapter}
        options={adapterOptions(available, value)}
        onValue={(id) => onValue({ ...value, checkpointId: id === noAdapter ? null : id })}
      />
      {value.checkpointId !== null && (
        <Slider
          label="Strength"
          value={value.strength}
          min={0}
          max={1.5}
          step={0.05}
          format={strengthText}
          onValue={(strength) => onValue({ ...value, strength })}
        />
      )}
      {isKnown && <TemplateChoice value={value} available={available} onValue={onValue} />}
    </div>
  );
}

function adapterOptions(available: AvailableModels, value: SystemSpec): Option<string>[] {
  const checkpoints = checkpointsFor(available, value.modelId);
  const none = { value: noAdapter, label: checkpoints.length === 0 ? 'None trained yet' : 'None' };
  return [
    none,
    ...checkpoints.map((checkpoint) => ({
      value: checkpoint.id,
      label: checkpointName(checkpoint),
    })),
  ];
}
