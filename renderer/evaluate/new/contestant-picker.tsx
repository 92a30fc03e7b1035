import type { AnswersOfFile } from '../../../shared/domain/evaluate/evaluation.ts';
import { hasImportedAnswers, type Contestant } from '../../../shared/domain/identity.ts';
import { originsText } from '../../../shared/text/evaluate/answers.ts';
import { formatQuantity } from '../../../shared/text/numbers.ts';
import { Select } from '../../ui/inputs/inputs.tsx';
import { SystemPicker } from '../../ui/systems/system-picker.tsx';
import { modelOptions, type AvailableModels } from '../../ui/systems/systems.ts';
import { VisibleText } from '../../ui/text/visible-text.tsx';

interface ContestantPickerProps {
  value: Contestant;
  available: AvailableModels;
  answers: readonly AnswersOfFile[];
  onValue: (contestant: Contestant) => void;
}

/** Chooses what is compared: weights as everywhere, or answers that were imported. */
export function ContestantPicker({ value, available, answers, onValue }: ContestantPickerProps) {
  const others = answers.map(({ id, name, answers: count }) => ({
    value: id,
    label: `Imported answers: ${name} · ${formatQuantity(count, 'answer')}`,
  }));
  if (!hasImportedAnswers(value))
    return (
      <SystemPicker
        value={value}
        available={available}
        onValue={onValue}
        others={others}
        onOther={(answersId) => onValue({ answersId })}
      />
    );
  const chosen = answers.find(({ id }) => id === value.answersId);
  return (
    <div className="column">
      <Select
        label="Base model or answers"
        value={value.answersId}
        options={[
          ...(chosen ? [] : [{ value: value.answersId, label: 'Choose…' }]),
          ...modelOptions(available),
          ...others,
        ]}
        onValue={(id) =>
          onValue(
            answers.some((each) => each.id === id)
              ? { answersId: id }
              : { modelId: id, checkpointId: null, strength: 1 },
          )
        }
      />
      {chosen && (
        <p className="small dim">
          From <VisibleText text={originsText(chosen)} />. Nothing is generated for them.
        </p>
      )}
    </div>
  );
}
