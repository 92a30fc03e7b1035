import { describeSelfTest, type DeviceListing, type SelfTest } from '../../shared/domain/device.ts';
import type { Finding } from './doctor-checks.ts';
import { formatBytes } from './format-values.ts';
import type { CoreClient } from './open-core.ts';

const familyNames = { cpu: 'CPU', cuda: 'CUDA', vulkan: 'Vulkan', metal: 'Metal' } as const;

type ListedDevice = DeviceListing['devices'][number];

/**
 * One finding per device that runs can be computed on, and one per family without a device, with
 * what to do. A GPU that was not tested yet is compared with the CPU, which takes seconds.
 */
export async function examineDevices(client: CoreClient): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { family, devices, problem, advice } of await client.devices.list()) {
    const name = `device ${familyNames[family]}`;
    if (problem !== '') findings.push({ name, state: 'missing', detail: problem, advice });
    for (const device of devices) findings.push(await examineDevice(client, device));
  }
  return findings;
}

async function examineDevice(client: CoreClient, device: ListedDevice): Promise<Finding> {
  const { id, description, library, memoryFreeBytes, memoryTotalBytes } = device;
  const memory = `${formatBytes(memoryFreeBytes)} free of ${formatBytes(memoryTotalBytes)}`;
  const software = device.isSoftware ? ', software' : '';
  const facts = `${description}${software}, ${memory}, ${library}`;
  const name = `device ${id}`;
  if (device.family === 'cpu') return { name, state: 'ok', detail: facts, advice: '' };
  try {
    const test = lastPassed(device) ?? (await client.devices.test({ device: id }));
    const detail = `${facts}; ${describeSelfTest(test)}`;
    if (test.passed) return { name, state: 'ok', detail, advice: '' };
    return { name, state: 'problem', detail, advice: brokenAdvice };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { name, state: 'problem', detail: `${facts}; ${reason}`, advice: brokenAdvice };
  }
}

const brokenAdvice = 'Runs on this device are refused. Update its driver, or train on the CPU.';

const lastPassed = ({ selfTests }: ListedDevice): SelfTest | undefined =>
  selfTests.findLast(({ passed }) => passed);
