import { freemem } from 'node:os';
import type { DeviceFamily, TrainingDevice } from '../../../shared/domain/device.ts';
import { familiesOf, type FamilyListing } from '../../engines/protocol/trainer.ts';
import { TrainerError } from '../../engines/protocol/errors.ts';
import { identifyDriver, softwareVulkanNames } from './driver-identity.ts';
import { kernelsName, loadKernels } from './kernels.ts';
import { engineName, loadFamily, loadGgml } from './library.ts';
import { callGetFeatures } from './native-calls.ts';
import type { DevicePtr } from './pointers.ts';

/** ggml's own name of a family, as in `Vulkan0`; ids are lower-case and say Metal for MTL. */
const idPatterns: Readonly<Record<DeviceFamily, RegExp>> = {
  cpu: /^CPU$/,
  cuda: /^CUDA(\d+)$/,
  vulkan: /^Vulkan(\d+)$/,
  metal: /^MTL(\d+)$/,
};
const possibleFamilies = familiesOf(`${process.platform}-${process.arch}`);
// enum ggml_backend_dev_type (ggml-backend.h)
const deviceKinds = ['cpu', 'gpu', 'integrated'] as const;

/** A device of this process, with what ggml needs to open it. */
export interface FoundDevice {
  id: string;
  family: DeviceFamily;
  pointer: DevicePtr;
}

/** The family that a device id belongs to; throws DEVICE_UNAVAILABLE for anything else. */
export function familyOf(id: string): DeviceFamily {
  const name = /^(cpu|(cuda|vulkan|metal)\d+)$/.exec(id);
  const family = possibleFamilies.find((one) => name?.[2] === one || name?.[1] === one);
  if (family) return family;
  throw new TrainerError(
    'DEVICE_UNAVAILABLE',
    `There is no device "${id}" on this platform: it has ${possibleFamilies.join(', ')}.`,
    { device: id },
  );
}

/** Loads the library of a device and finds it; throws DEVICE_UNAVAILABLE with what to do. */
export function findDevice(id: string): FoundDevice {
  const family = familyOf(id);
  const { devices, problem, advice } = listFamily(family);
  const pointer = devicesOf(family).find((device) => device.id === id)?.pointer;
  if (pointer !== undefined) return { id, family, pointer };
  const others = devices.map((device) => device.id);
  throw new TrainerError(
    'DEVICE_UNAVAILABLE',
    problem === ''
      ? `There is no device "${id}" here, only ${others.join(', ')}. Choose one of them.`
      : `The device "${id}" cannot be used: ${problem}. ${advice}`,
    { device: id },
  );
}

/** Every device of one family, or why there is none and what to do. Never throws. */
export function listFamily(family: DeviceFamily): FamilyListing {
  try {
    loadFamily(family);
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { family, devices: [], problem, advice: loadAdvice(family, problem) };
  }
  const devices = devicesOf(family).map(toTrainingDevice);
  if (devices.length > 0) return { family, devices, problem: '', advice: '' };
  return { family, devices, ...emptyFamily(family) };
}

function devicesOf(family: DeviceFamily): FoundDevice[] {
  const ggml = loadGgml();
  const pointers = Array.from({ length: ggml.ggml_backend_dev_count() }, (_, index) =>
    ggml.ggml_backend_dev_get(index),
  );
  return pointers.flatMap((pointer) => {
    const found = idPatterns[family].exec(ggml.ggml_backend_dev_name(pointer));
    return found ? [{ id: `${family}${found[1] ?? ''}`, family, pointer }] : [];
  });
}

/** Instruction sets the CPU library uses, as in `AVX512_BF16`; kernels of GPU libraries. */
export function featuresOf(device: DevicePtr): Set<string> {
  const ggml = loadGgml();
  const registry = ggml.ggml_backend_dev_backend_reg(device);
  const features = ggml.ggml_backend_reg_get_proc_address(registry, 'ggml_backend_get_features');
  return features === null ? new Set() : callGetFeatures(features, registry);
}

/** Name and version of all that computes on a device, its own kernels included. */
function libraryOf({ family, pointer }: FoundDevice): string {
  const kernels = family === 'cpu' ? loadKernels(featuresOf(pointer)) : undefined;
  return kernels ? `${engineName()}, ${kernelsName(kernels)}` : engineName();
}

function toTrainingDevice(found: FoundDevice): TrainingDevice {
  const { id, family, pointer } = found;
  const ggml = loadGgml();
  const { freeBytes, totalBytes } = deviceMemory(pointer);
  const description = ggml.ggml_backend_dev_description(pointer);
  return {
    id,
    family,
    description,
    ...identifyDriver(family, description),
    kind: deviceKinds[ggml.ggml_backend_dev_type(pointer)] ?? 'cpu',
    // For the CPU ggml gives all memory as free.
    memoryFreeBytes: family === 'cpu' ? freemem() : freeBytes,
    memoryTotalBytes: totalBytes,
    library: libraryOf(found),
  };
}

/** Memory of a device in bytes; what is free changes with every program that uses it. */
export function deviceMemory(device: DevicePtr): { freeBytes: number; totalBytes: number } {
  const free = new BigUint64Array(1);
  const total = new BigUint64Array(1);
  loadGgml().ggml_backend_dev_memory(device, free, total);
  return { freeBytes: Number(free[0]), totalBytes: Number(total[0]) };
}

/** A library that loads and finds nothing: there is a driver, but no device it would use. */
function emptyFamily(family: DeviceFamily): Pick<FamilyListing, 'problem' | 'advice'> {
  const software = family === 'vulkan' ? softwareVulkanNames() : [];
  if (software.length > 0)
    return {
      problem: `the only Vulkan driver is software (${software.join(', ')})`,
      advice:
        "Install your GPU's own Vulkan driver. To try this one all the same, which is slow, set " +
        'GGML_VK_VISIBLE_DEVICES=0 in the environment.',
    };
  return {
    problem: `there is no ${family === 'cuda' ? 'NVIDIA GPU' : 'GPU with a driver'}`,
    advice: 'Nothing to do when this machine has no such GPU; else install its driver.',
  };
}

function loadAdvice(family: DeviceFamily, problem: string): string {
  if (problem.includes('not installed')) return 'Run "npm ci" to have it, or use another device.';
  if (family === 'vulkan')
    return "Install the Vulkan loader and your GPU's driver (Debian: libvulkan1, mesa-vulkan-drivers).";
  if (problem.includes('libcuda.so') && !problem.includes('libcudart'))
    return "Install NVIDIA's driver; Vulkan needs none of CUDA's own libraries.";
  return 'With an NVIDIA GPU: install the CUDA 13 or 12 runtime (libcudart, libcublas), or use Vulkan.';
}
