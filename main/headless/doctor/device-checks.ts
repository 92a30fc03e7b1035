import {
  describeSelfTest,
  type DeviceListing,
  type SelfTest,
} from '../../../shared/domain/device.ts';
import { formatBytes } from '../../../shared/text/numbers.ts';
import type { Finding } from './finding.ts';
import type { CoreClient } from '../cli/open-core.ts';

const familyNames = { cpu: 'CPU', cuda: 'CUDA', vulkan: 'Vulkan', metal: 'Metal' } as const;

type ListedDevice = DeviceListing['devices'][number];

/**
 * One finding per device that runs can be computed on, and one per family without a device, with
 * what to do. What was not tested yet is compared with ggml's operations on the CPU, which takes
 * seconds for a GPU.
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
  const advice = device.family === 'cpu' ? brokenKernelsAdvice : brokenDriverAdvice;
  try {
    const test = lastPassed(device) ?? (await client.devices.test({ device: id }));
    const detail = `${facts}; ${describeSelfTest(test)}`;
    if (test.passed) return { name, state: 'ok', detail, advice: '' };
    return { name, state: 'problem', detail, advice };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { name, state: 'problem', detail: `${facts}; ${reason}`, advice };
  }
}

const brokenDriverAdvice =
  'Runs on this device are refused. Update its driver, or train on the CPU.';
const brokenKernelsAdvice =
  "Set LIMA_KERNELS=ggml in the environment to train with ggml's operations, which is slower.";

const lastPassed = ({ selfTests }: ListedDevice): SelfTest | undefined =>
  selfTests.findLast(({ passed }) => passed);
