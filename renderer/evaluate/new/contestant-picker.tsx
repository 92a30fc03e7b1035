import type { NetworkStatus } from '../../../shared/contract/network.ts';
import type { AnswersOfFile } from '../../../shared/domain/evaluate/evaluation.ts';
import {
  hasImportedAnswers,
  hasWeights,
  isEndpointSystem,
  type Contestant,
} from '../../../shared/domain/identity.ts';
import { originsText } from '../../../shared/text/evaluate/answers.ts';
import { formatQuantity } from '../../../shared/text/numbers.ts';
import { Select } from '../../ui/inputs/inputs.tsx';
import { EndpointFields } from '../../ui/systems/endpoint-fields.tsx';
import { SystemPicker } from '../../ui/systems/system-picker.tsx';
import { modelOptions, type AvailableModels } from '../../ui/systems/systems.ts';
import { VisibleText } from '../../ui/text/visible-text.tsx';
import { firstEndpoint } from './form-checks.ts';

interface ContestantPickerProps {
  value: Contestant;
  available: AvailableModels;
  answers?: readonly AnswersOfFile[];
  network: NetworkStatus;
  /** Of one that judges: neither imported answers nor examples before a prompt are of use. */
  isJudge?: boolean;
  onValue: (contestant: Contestant) => void;
}

const endpointValue = 'endpoint';

/** Chooses what is compared: weights as everywhere, answers that were imported, or an endpoint. */
export function ContestantPicker(props: ContestantPickerProps) {
  const { value, available, answers = [], network, isJudge = false, onValue } = props;
  const label = isJudge ? 'Base model or endpoint' : 'Base model or answers';
  const others = [
    ...answers.map(({ id, name, answers: count }) => ({
      value: id,
      label: `Imported answers: ${name} · ${formatQuantity(count, 'answer')}`,
    })),
    { value: endpointValue, label: 'Endpoint: a server with OpenAI’s API' },
  ];
  const chooseOther = (chosen: string) =>
    onValue(chosen === endpointValue ? firstEndpoint(network) : { answersId: chosen });
  if (hasWeights(value))
    return (
      <SystemPicker
        value={value}
        available={available}
        onValue={onValue}
        others={others}
        othersLabel={label}
        hasFewShot={!isJudge}
        onOther={chooseOther}
      />
    );
  const chosen = hasImportedAnswers(value)
    ? answers.find(({ id }) => id === value.answersId)
    : undefined;
  const id = isEndpointSystem(value) ? endpointValue : value.answersId;
  return (
    <div className="column">
      <Select
        label={label}
        value={id}
        options={[
          ...(others.some((other) => other.value === id) ? [] : [{ value: id, label: 'Choose…' }]),
          ...modelOptions(available),
          ...others,
        ]}
        onValue={(wanted) =>
          others.some((other) => other.value === wanted)
            ? chooseOther(wanted)
            : onValue({ modelId: wanted, checkpointId: null, strength: 1 })
        }
      />
      {isEndpointSystem(value) && (
        <EndpointFields value={value} network={network} onValue={onValue} />
      )}
      {chosen && (
        <p className="small dim">
          From <VisibleText text={originsText(chosen)} />. Nothing is generated for them.
        </p>
      )}
    </div>
  );
}
