import { expect, test } from 'vitest';
import type { DeviceListing, SelfTest } from '../../../shared/domain/device.ts';
import { describeDevice, testBadge, unusableFamilies } from './device-option.tsx';

const gpu: DeviceListing['devices'][number] = {
  id: 'cuda0',
  family: 'cuda',
  description: 'NVIDIA H200',
  kind: 'gpu',
  isSoftware: false,
  memoryFreeBytes: 2 ** 33,
  memoryTotalBytes: 2 ** 34,
  driver: 'nvidia 580.65',
  library: 'ggml 0.23.0',
  selfTests: [],
};
const selfTest = (passed: boolean): SelfTest => ({
  device: 'cuda0',
  description: 'NVIDIA H200',
  driver: 'nvidia 580.65',
  library: 'ggml 0.23.0',
  architecture: 'llama',
  weightTypes: 'F32',
  method: 'lora',
  passed,
  tolerance: 0.01,
  lossDifference: 0,
  gradientDifference: passed ? 0.001 : 0.9,
  worstTensor: 'blk.0.attn_q.weight.lora_a',
  elapsedMs: 1000,
});

test('a device tells its family, kind and free memory, and one made of software that it is slow', () => {
  expect(describeDevice(gpu)).toMatch(/^CUDA · GPU · 8\S* GiB of 16\S* GiB free$/);
  expect(describeDevice({ ...gpu, family: 'vulkan', isSoftware: true })).toContain(
    'software, slow',
  );
});

test('the badge of a GPU is that of its newest self-test, and a CPU has none', () => {
  expect(testBadge(gpu)).toEqual({ tone: 'plain', text: 'not tested yet' });
  const selfTests = [selfTest(true), selfTest(false)];
  expect(testBadge({ ...gpu, selfTests })?.tone).toBe('bad');
  expect(testBadge({ ...gpu, selfTests: selfTests.toReversed() })?.tone).toBe('good');
  expect(testBadge({ ...gpu, family: 'cpu' })).toBeNull();
});

test('a family without a device is listed with its problem and advice', () => {
  const usable = { family: 'cuda' as const, devices: [gpu], problem: '', advice: '' };
  const missing = {
    family: 'vulkan' as const,
    devices: [],
    problem: 'no loader',
    advice: 'Get one',
  };
  expect(unusableFamilies([usable, missing])).toEqual([
    { name: 'Vulkan', problem: 'no loader', advice: 'Get one' },
  ]);
});
