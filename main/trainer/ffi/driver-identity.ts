import { release } from 'node:os';
import koffi from 'koffi';
import type { DeviceFamily } from '../../../shared/domain/device.ts';
import { listVulkanDevices, type VulkanDevice } from './vulkan-devices.ts';

const nvmlName = process.platform === 'win32' ? 'nvml.dll' : 'libnvidia-ml.so.1';
const versionBytes = 96;

/** What tells a device's driver from an older one; empty when the driver does not say. */
export interface DriverIdentity {
  driver: string;
  isSoftware: boolean;
}

/** The driver behind a device, by the device's description. */
export function identifyDriver(family: DeviceFamily, description: string): DriverIdentity {
  if (family === 'vulkan') return fromVulkan(description);
  if (family === 'cuda') return { driver: nvidiaDriver(), isSoftware: false };
  // Metal comes with the system, and the CPU needs no driver.
  return { driver: `${process.platform} ${release()}`, isSoftware: false };
}

/** Names of the Vulkan devices that are only software; empty without a loader. */
export const softwareVulkanNames = (): string[] =>
  vulkanDevices()
    .filter(({ isSoftware }) => isSoftware)
    .map(({ deviceName }) => deviceName);

function fromVulkan(description: string): DriverIdentity {
  const found = vulkanDevices().find(({ deviceName }) => deviceName === description);
  return { driver: found?.driver ?? '', isSoftware: found?.isSoftware ?? false };
}

/** Without a loader there is nothing to identify; that ggml has no device is told elsewhere. */
function vulkanDevices(): VulkanDevice[] {
  try {
    return listVulkanDevices();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return [];
  }
}

/** The driver's version from NVIDIA's management library, which comes with the driver. */
function nvidiaDriver(): string {
  try {
    const nvml = koffi.load(nvmlName);
    const start: () => number = nvml.func('nvmlInit_v2', 'int', []);
    const read: (target: Buffer, bytes: number) => number = nvml.func(
      'nvmlSystemGetDriverVersion',
      'int',
      ['void *', 'uint'],
    );
    const version = Buffer.alloc(versionBytes);
    if (start() !== 0 || read(version, versionBytes) !== 0) return '';
    return `nvidia ${version.toString('utf8').replace(/\0.*$/s, '')}`;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return '';
  }
}
