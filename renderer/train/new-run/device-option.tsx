import { FlaskConical } from 'lucide-react';
import { describeSelfTest, type DeviceListing } from '../../../shared/domain/device.ts';
import type { Model } from '../../../shared/domain/model.ts';
import { rpc } from '../../rpc/client.ts';
import { useAction } from '../../rpc/use-action.ts';
import { Button } from '../../ui/button.tsx';
import { Badge } from '../../ui/feedback/badge.tsx';
import { ErrorView } from '../../ui/feedback/error-view.tsx';
import { setField } from '../train-store.ts';
import { describeDevice, newestTest, testBadge } from './device-text.ts';

interface DeviceOptionProps {
  device: DeviceListing['devices'][number];
  isChosen: boolean;
  /** The self-test imitates this model; without one a Llama model in F32. */
  model: Model | undefined;
  onTested: () => void;
}

/** One device to train on, with the numbers of its self-test and a button to test it now. */
export function DeviceOption({ device, isChosen, model, onTested }: DeviceOptionProps) {
  const badge = testBadge(device);
  const newest = newestTest(device);
  const test = useAction(async () => {
    await rpc.devices.test({ device: device.id, ...(model && { modelId: model.id }) });
    onTested();
  });
  return (
    <li>
      <div className="picker-option">
        <input
          type="radio"
          name="train-device"
          id={`device-${device.id}`}
          checked={isChosen}
          onChange={() => setField('device', device.id)}
        />
        <label className="picker-text" htmlFor={`device-${device.id}`}>
          <span className="row">
            <span className="truncate" title={`${device.description}\n${device.library}`}>
              {device.description}
            </span>
            {badge && <Badge tone={badge.tone}>{badge.text}</Badge>}
          </span>
          <span className="small dim">
            <code>{device.id}</code> · {describeDevice(device)}
          </span>
          {newest && <span className="small faint">{describeSelfTest(newest)}</span>}
        </label>
        {badge && (
          <Button
            small
            icon={<FlaskConical size={13} />}
            isBusy={test.isRunning}
            onClick={() => void test.run()}
          >
            Test
          </Button>
        )}
      </div>
      {test.error !== undefined && <ErrorView error={test.error} />}
    </li>
  );
}
