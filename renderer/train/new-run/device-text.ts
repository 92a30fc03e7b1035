import type { DeviceListing, SelfTest } from '../../../shared/domain/device.ts';
import { formatBytes } from '../../../shared/text/numbers.ts';
import type { Tone } from '../../ui/feedback/badge.tsx';

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
export const newestTest = ({ selfTests }: ListedDevice): SelfTest | undefined => selfTests.at(-1);

/** Families that have no device here, with why and what to do. */
export function unusableFamilies(
  listings: readonly DeviceListing[],
): { name: string; problem: string; advice: string }[] {
  return listings
    .filter(({ problem }) => problem !== '')
    .map(({ family, problem, advice }) => ({ name: familyNames[family], problem, advice }));
}
