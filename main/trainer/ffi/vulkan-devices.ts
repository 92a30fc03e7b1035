import koffi from 'koffi';

/** A physical device as the Vulkan loader lists it, whether or not ggml would use it. */
export interface VulkanDevice {
  deviceName: string;
  /** A processor behind a Vulkan driver, as llvmpipe and SwiftShader are. */
  isSoftware: boolean;
  /** Tells a driver from an older one: its version and the UUID of its pipeline cache. */
  driver: string;
}

const libraryName = process.platform === 'win32' ? 'vulkan-1.dll' : 'libvulkan.so.1';
// vulkan_core.h: VkInstanceCreateInfo is 64 bytes and starts with its sType, 1.
const instanceInfoWords = 8;
const instanceInfoType = 1n;
// VkPhysicalDeviceProperties: 824 bytes, of which only the start is read.
const propertiesBytes = 1024;
const offsets = { driverVersion: 4, vendor: 8, deviceType: 16, name: 20, cacheUuid: 276 } as const;
const nameBytes = 256;
const uuidBytes = 16;
const cpuDeviceType = 4;

/** Every physical device of the Vulkan loader; throws when there is no loader or no driver. */
export function listVulkanDevices(): VulkanDevice[] {
  const vulkan = koffi.load(libraryName);
  const pointers = (name: string, count: number): ((...args: unknown[]) => unknown) =>
    vulkan.func(name, name.startsWith('vkGet') ? 'void' : 'int', Array(count).fill('void *'));
  const instance = new BigUint64Array(1);
  const info = new BigUint64Array(instanceInfoWords);
  info[0] = instanceInfoType;
  requireSuccess(pointers('vkCreateInstance', 3)(info, null, instance), 'start');
  try {
    const enumerate = pointers('vkEnumeratePhysicalDevices', 3);
    const count = new Uint32Array(1);
    requireSuccess(enumerate(instance[0], count, null), 'count its devices');
    const devices = new BigUint64Array(count[0] ?? 0);
    requireSuccess(enumerate(instance[0], count, devices), 'list its devices');
    const readProperties = pointers('vkGetPhysicalDeviceProperties', 2);
    return Array.from(devices, (device) => {
      const properties = Buffer.alloc(propertiesBytes);
      readProperties(device, properties);
      return toVulkanDevice(properties);
    });
  } finally {
    vulkan.func('vkDestroyInstance', 'void', ['void *', 'void *'])(instance[0], null);
  }
}

function toVulkanDevice(properties: Buffer): VulkanDevice {
  const name = properties.subarray(offsets.name, offsets.name + nameBytes);
  const uuid = properties.subarray(offsets.cacheUuid, offsets.cacheUuid + uuidBytes);
  const vendor = properties.readUInt32LE(offsets.vendor).toString(16);
  const version = properties.readUInt32LE(offsets.driverVersion).toString(16);
  return {
    deviceName: name.toString('utf8').replace(/\0.*$/s, ''),
    isSoftware: properties.readUInt32LE(offsets.deviceType) === cpuDeviceType,
    driver: `vulkan ${vendor}.${version}.${uuid.toString('hex')}`,
  };
}

function requireSuccess(result: unknown, what: string): void {
  if (result !== 0)
    throw new Error(`The Vulkan loader could not ${what} (VkResult ${String(result)})`);
}
