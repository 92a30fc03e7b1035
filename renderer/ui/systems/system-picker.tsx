import { offeredCheckpoint, strengthText } from '../../../shared/text/model-names.ts';
import type { SystemSpec } from '../../../shared/domain/identity.ts';
import { Select, Slider, type Option } from '../inputs/inputs.tsx';
import { ConfirmModelButton, RelocateModelButton } from '../models/model-buttons.tsx';
import { checkpointsFor, modelOptions, systemProblem, type AvailableModels } from './systems.ts';
import { FewShotChoice } from './few-shot-choice.tsx';
import { TemplateChoice } from './template-choice.tsx';
import './system-picker.css';

interface SystemPickerProps {
  /** Names the group, as in "Left system"; left out inside a fieldset that has a legend. */
  label?: string;
  value: SystemSpec;
  available: AvailableModels;
  onValue: (system: SystemSpec) => void;
  /** What else can be chosen in the place of a base model, and what is done then. */
  others?: readonly Option<string>[];
  /** Names the list of models and of those. */
  othersLabel?: string;
  onOther?: (value: string) => void;
  /** Whether constant examples can stand before a prompt. */
  hasFewShot?: boolean;
}

const noAdapter = '';

/** Chooses a base model, an adapter trained on it, its strength from 0 to 1.5, and a chat template. */
export function SystemPicker(props: SystemPickerProps) {
  const { label, value, available, onValue, others = [], onOther, hasFewShot = true } = props;
  const problem = systemProblem(available, value);
  const models = modelOptions(available);
  const options = [...models, ...others];
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
          label={props.othersLabel ?? 'Base model'}
          value={value.modelId}
          error={problem}
          options={isKnown ? options : [{ value: value.modelId, label: 'Choose…' }, ...options]}
          onValue={(chosen) =>
            others.some((other) => other.value === chosen)
              ? onOther?.(chosen)
              : onValue({ modelId: chosen, checkpointId: null, strength: 1 })
          }
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
      {isKnown && hasFewShot && <FewShotChoice value={value} onValue={onValue} />}
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
      label: offeredCheckpoint(checkpoint),
    })),
  ];
}
