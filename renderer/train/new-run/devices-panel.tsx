import type { DeviceListing } from '../../../shared/domain/device.ts';
import type { Model } from '../../../shared/domain/model/model.ts';
import { rpc } from '../../rpc/client.ts';
import { useQuery } from '../../rpc/use-query.ts';
import { QueryView } from '../../ui/feedback/states.tsx';
import { setField } from '../train-store.ts';
import { unusableFamilies, DeviceOption } from './device-option.tsx';
import './devices-panel.css';

interface DevicesPanelProps {
  /** As in the recipe: `auto`, or the id of a device. */
  chosen: string;
  model: Model | undefined;
}

/** Where a run computes: every device of this machine, its memory and its gradient self-test. */
export function DevicesPanel({ chosen, model }: DevicesPanelProps) {
  const devices = useQuery(['devices.list'], () => rpc.devices.list(), []);
  return (
    <section className="panel column" aria-label="Device">
      <h2>Device</h2>
      <QueryView query={devices} loading="Looking for GPUs…">
        {(listings) => (
          <>
            <Choices {...{ listings, chosen, model }} onTested={devices.refetch} />
            <Unusable listings={listings} />
          </>
        )}
      </QueryView>
    </section>
  );
}

interface ChoicesProps extends DevicesPanelProps {
  listings: readonly DeviceListing[];
  onTested: () => void;
}

function Choices({ listings, chosen, model, onTested }: ChoicesProps) {
  const devices = listings.flatMap((listing) => listing.devices);
  const isMissing = chosen !== 'auto' && !devices.some(({ id }) => id === chosen);
  return (
    <>
      <ul className="picker">
        <li>
          <div className="picker-option">
            <input
              type="radio"
              name="train-device"
              id="device-auto"
              checked={chosen === 'auto'}
              onChange={() => setField('device', 'auto')}
            />
            <label className="picker-text" htmlFor="device-auto">
              Automatic
              <span className="small dim">
                The best GPU that passes its self-test, else the CPU
              </span>
            </label>
          </div>
        </li>
        {devices.map((device) => (
          <DeviceOption
            key={device.id}
            {...{ device, model, onTested }}
            isChosen={chosen === device.id}
          />
        ))}
      </ul>
      {isMissing && (
        <p className="picker-why" role="note">
          This machine has no device “{chosen}”: a run on it would be refused.
        </p>
      )}
    </>
  );
}

function Unusable({ listings }: { listings: readonly DeviceListing[] }) {
  const families = unusableFamilies(listings);
  if (families.length === 0) return null;
  return (
    <details className="small">
      <summary className="dim">
        Not usable here: {families.map(({ name }) => name).join(', ')}
      </summary>
      <dl className="devices-unusable">
        {families.map(({ name, problem, advice }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              {problem}. {advice}
            </dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
