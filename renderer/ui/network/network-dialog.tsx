import { useState } from 'react';
import { Plus, Trash2 } from 'lucide-react';
import type { NetworkStatus } from '../../../shared/contract/network.ts';
import { formatQuantity } from '../../../shared/text/numbers.ts';
import { rpc } from '../../rpc/client.ts';
import { useAction } from '../../rpc/use-action.ts';
import { Button } from '../button.tsx';
import { Dialog } from '../dialogs/dialog.tsx';
import { ErrorView } from '../feedback/error-view.tsx';
import { QueryView } from '../feedback/states.tsx';
import { Checkbox, TextInput } from '../inputs/inputs.tsx';
import { useNetwork } from './network.ts';
import { RequestTable } from './request-table.tsx';
import './network.css';

/** Whether the open project may ask endpoints from this machine, which ones, and what it asked. */
export function NetworkDialog({ onClose }: { onClose: () => void }) {
  const network = useNetwork();
  return (
    <Dialog title="Network" isWide onClose={onClose}>
      <QueryView query={network}>{(status) => <Network status={status} />}</QueryView>
    </Dialog>
  );
}

function Network({ status }: { status: NetworkStatus }) {
  const change = useAction((isEnabled: boolean) => rpc.network.setEnabled({ isEnabled }));
  return (
    <div className="column network">
      <p className="small dim">
        Endpoints are servers that speak OpenAI’s API, on this machine or elsewhere: llama-server,
        vLLM, Ollama, LM Studio, or a hosted one. They get the prompts that they answer, and the
        answers that they judge. Nothing is sent until you turn it on here, and only to endpoints
        that you add. Both hold for this project on this machine alone; neither these settings nor a
        key are ever stored in the project file.
      </p>
      <Checkbox
        label="This project may ask endpoints from this machine"
        isChecked={status.isEnabled}
        disabled={change.isRunning}
        onChecked={(isEnabled) => void change.run(isEnabled)}
      />
      {status.isUntilClosed && <p className="small dim">Until the project is closed.</p>}
      {change.error !== undefined && <ErrorView error={change.error} />}
      <Endpoints endpoints={status.endpoints} />
      <AddEndpoint />
      <details>
        <summary>{formatQuantity(status.requests, 'request')} so far</summary>
        <RequestTable />
        <p className="small dim network-path">{status.logPath}</p>
      </details>
    </div>
  );
}

function Endpoints({ endpoints }: Pick<NetworkStatus, 'endpoints'>) {
  const forget = useAction((baseUrl: string) => rpc.network.forget({ baseUrl }));
  if (endpoints.length === 0) return <p className="dim">No endpoint has been added yet.</p>;
  return (
    <>
      <table className="table" aria-label="Endpoints">
        <thead>
          <tr>
            <th>Base URL</th>
            <th>Key</th>
            <th>
              <span className="visually-hidden">Remove</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {endpoints.map(({ baseUrl, hasKey }) => (
            <tr key={baseUrl}>
              <td className="network-path">{baseUrl}</td>
              <td>{hasKey ? 'stored' : 'none'}</td>
              <td className="number">
                <Button
                  small
                  variant="ghost"
                  icon={<Trash2 size={13} />}
                  aria-label={`Remove ${baseUrl}`}
                  isBusy={forget.isRunning}
                  onClick={() => void forget.run(baseUrl)}
                >
                  Remove
                </Button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {forget.error !== undefined && <ErrorView error={forget.error} />}
    </>
  );
}

function AddEndpoint() {
  const [baseUrl, setBaseUrl] = useState('');
  const [key, setKey] = useState('');
  const add = useAction(async () => {
    await rpc.network.allow({ baseUrl, ...(key.trim() !== '' && { key }) });
    setBaseUrl('');
    setKey('');
  });
  return (
    <form
      className="network-add"
      aria-label="Add an endpoint"
      onSubmit={(event) => {
        event.preventDefault();
        if (baseUrl.trim() !== '') void add.run();
      }}
    >
      <TextInput
        label="Base URL"
        placeholder="http://127.0.0.1:8080/v1"
        value={baseUrl}
        onValue={setBaseUrl}
      />
      <TextInput
        label="Key"
        type="password"
        hint="Where the endpoint asks for one. Kept in your own settings on this machine."
        value={key}
        onValue={setKey}
      />
      <Button
        type="submit"
        icon={<Plus size={13} />}
        disabled={baseUrl.trim() === ''}
        isBusy={add.isRunning}
      >
        Add
      </Button>
      {add.error !== undefined && <ErrorView error={add.error} />}
    </form>
  );
}
