import { useState } from 'react';
import type { EndpointTrial, NetworkStatus } from '../../../shared/contract/network.ts';
import type { EndpointSystem } from '../../../shared/domain/endpoint.ts';
import { trialText } from '../../../shared/text/network.ts';
import { rpc } from '../../rpc/client.ts';
import { useAction } from '../../rpc/use-action.ts';
import { Button } from '../button.tsx';
import { ErrorView } from '../feedback/error-view.tsx';
import { Select, TextInput } from '../inputs/inputs.tsx';
import { NetworkDialog } from '../network/network-dialog.tsx';
import { useEndpointModels } from '../network/network.ts';
import { VisibleText } from '../text/visible-text.tsx';

interface EndpointFieldsProps {
  value: EndpointSystem;
  network: NetworkStatus;
  onValue: (system: EndpointSystem) => void;
}

/** Chooses an endpoint that was added, and a model of it. */
export function EndpointFields({ value, network, onValue }: EndpointFieldsProps) {
  const [isOpen, setOpen] = useState(false);
  const { baseUrl } = value.endpoint;
  const isKnown = network.endpoints.some((known) => known.baseUrl === baseUrl);
  return (
    <div className="endpoint-fields">
      <Select
        label="Endpoint"
        value={baseUrl}
        options={[
          ...(isKnown ? [] : [{ value: baseUrl, label: 'Choose…' }]),
          ...network.endpoints.map((known) => ({ value: known.baseUrl, label: known.baseUrl })),
        ]}
        onValue={(chosen) => onValue({ ...value, endpoint: { baseUrl: chosen, model: '' } })}
      />
      <ModelField value={value} isAsked={isKnown && network.isEnabled} onValue={onValue} />
      <div className="row endpoint-actions">
        <Button small onClick={() => setOpen(true)}>
          {network.isEnabled ? 'Endpoints…' : 'Turn network on…'}
        </Button>
        <Trial value={value} isReady={isKnown && network.isEnabled} />
      </div>
      {isOpen && <NetworkDialog onClose={() => setOpen(false)} />}
    </div>
  );
}

interface ModelFieldProps {
  value: EndpointSystem;
  isAsked: boolean;
  onValue: (system: EndpointSystem) => void;
}

/** A list of what the endpoint says it has, or a name to type where it tells none. */
function ModelField({ value, isAsked, onValue }: ModelFieldProps) {
  const { baseUrl, model } = value.endpoint;
  const { data, error } = useEndpointModels(isAsked ? baseUrl : '');
  const setModel = (name: string) => onValue({ ...value, endpoint: { baseUrl, model: name } });
  if (!data || data.models.length === 0)
    return (
      <div className="column">
        <TextInput label="Model" value={model} maxLength={500} onValue={setModel} />
        {error !== undefined && isAsked && <ErrorView error={error} />}
      </div>
    );
  const isListed = data.models.includes(model);
  return (
    <Select
      label="Model"
      value={model}
      options={[
        ...(isListed ? [] : [{ value: model, label: model === '' ? 'Choose…' : model }]),
        ...data.models.map((name) => ({ value: name, label: name })),
      ]}
      onValue={setModel}
    />
  );
}

/** Asks the endpoint for a word, and shows what it says of itself. */
function Trial({ value: { endpoint }, isReady }: { value: EndpointSystem; isReady: boolean }) {
  const [trial, setTrial] = useState<{ of: string; said: EndpointTrial }>();
  const asked = JSON.stringify(endpoint);
  const test = useAction(async () =>
    setTrial({ of: asked, said: await rpc.network.test(endpoint) }),
  );
  return (
    <>
      <Button
        small
        disabled={!isReady || endpoint.model === ''}
        isBusy={test.isRunning}
        onClick={() => void test.run()}
      >
        Test
      </Button>
      {trial?.of === asked && (
        <span className="small dim" role="status">
          <VisibleText text={trialText(trial.said)} />
        </span>
      )}
      {test.error !== undefined && <ErrorView error={test.error} />}
    </>
  );
}
