import { FlaskConical } from 'lucide-react';
import {
  describeSelfTest,
  type DeviceListing,
  type SelfTest,
} from '../../../shared/domain/device.ts';
import type { Model } from '../../../shared/domain/model/model.ts';
import { formatBytes } from '../../../shared/text/numbers.ts';
import { rpc } from '../../rpc/client.ts';
import { useAction } from '../../rpc/use-action.ts';
import { Button } from '../../ui/button.tsx';
import { Badge, type Tone } from '../../ui/feedback/badge.tsx';
import { ErrorView } from '../../ui/feedback/error-view.tsx';
import { setField } from '../train-store.ts';

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

type ListedDevice = DeviceListing['devices'][number];

const familyNames = { cpu: 'CPU', cuda: 'CUDA', vulkan: 'Vulkan', metal: 'Metal' } as const;
const kindNames = { cpu: 'processor', gpu: 'GPU', integrated: 'integrated GPU' } as const;

/** Kind, family and memory of a device in one line. */
export function describeDevice(device: ListedDevice): string {
  const { family, kind, isSoftware, memoryFreeBytes, memoryTotalBytes } = device;
  const nature = isSoftware ? 'software, slow' : kindNames[kind];
  const memory = `${formatBytes(memoryFreeBytes)} of ${formatBytes(memoryTotalBytes)} free`;
  return family === 'cpu'
    ? `${memory} · self-tests compare with it`
    : `${familyNames[family]} · ${nature} · ${memory}`;
}

/** What a badge says of a device's newest self-test; the CPU is what others are compared with. */
export function testBadge(device: ListedDevice): { tone: Tone; text: string } | null {
  if (device.family === 'cpu') return null;
  const newest = newestTest(device);
  if (!newest) return { tone: 'plain', text: 'not tested yet' };
  return newest.passed
    ? { tone: 'good', text: 'self-test passed' }
    : { tone: 'bad', text: 'self-test failed' };
}

/** The self-test that was made last, if any. */
const newestTest = ({ selfTests }: ListedDevice): SelfTest | undefined => selfTests.at(-1);

/** Families that have no device here, with why and what to do. */
export function unusableFamilies(
  listings: readonly DeviceListing[],
): { name: string; problem: string; advice: string }[] {
  return listings
    .filter(({ problem }) => problem !== '')
    .map(({ family, problem, advice }) => ({ name: familyNames[family], problem, advice }));
}
