import { expect, test } from 'vitest';
import { tensorTypeId } from '../../gguf/header/tensor-types.ts';
import { listVulkanDevices } from '../ffi/vulkan-devices.ts';
import { GgmlDevice } from './ggml-device.ts';
import { ComputeGraph, WorkingMemory } from './compute-graph.ts';
import { scale } from '../ops/arithmetic.ts';
import { cast } from '../ops/layout.ts';

function vulkanProblem(): string | undefined {
  try {
    return listVulkanDevices().length > 0 ? undefined : 'there is no Vulkan driver';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
const problem = process.platform === 'linux' ? vulkanProblem() : 'it is tried on Linux only';
// Vulkan shows a processor behind Mesa's software driver only to those who ask for it.
if (problem === undefined) process.env['GGML_VK_VISIBLE_DEVICES'] ??= '0';
else process.stderr.write(`The test of what Vulkan lacks did not run: ${problem}\n`);

// Computing it would end the process: ggml calls abort().
test.runIf(problem === undefined)('an operation that a device lacks is refused by name', () => {
  using device = GgmlDevice.open('vulkan0');
  using graph = new ComputeGraph(device, 8);
  using memory = new WorkingMemory(device);
  graph.requireOutput(cast(graph, graph.input([256, 4]), tensorTypeId('Q4_K')));
  const place = () => graph.place(memory);
  expect(place).toThrow(/Vulkan0 .* cannot compute CPY of F32 \[256, 4, 1, 1\].* into Q4_K/);
  expect(place).toThrow(expect.objectContaining({ code: 'DEVICE_LACKS_OPERATION' }));
});

test('a graph for the CPU is placed without a question about its operations', () => {
  using device = GgmlDevice.openCpu(1);
  using graph = new ComputeGraph(device, 8);
  using memory = new WorkingMemory(device);
  graph.requireOutput(scale(graph, graph.input([4]), 2));
  expect(() => graph.place(memory)).not.toThrow();
});
