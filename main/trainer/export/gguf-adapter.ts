import type { GgufStream, TensorStream } from '../../gguf/write/gguf-content.ts';
import type { LoraAdapter } from '../weights/lora-adapter.ts';
import type { LoraBranch } from '../weights/trained-weights.ts';
import { transposed } from '../weights/transpose.ts';
import type { Device } from '../device/device.ts';
import { elementType } from '../device/tensor.ts';

/**
 * A LoRA adapter as llama.cpp loads it (llama-adapter.cpp, v0.5.0): per trained base tensor
 * `.lora_a` [in, rank] and `.lora_b` [rank, out], F32, and the alpha that scales
 * their product: llama.cpp divides it by the rank, whatever the scaling in training was.
 */
export function toGgufAdapter(
  device: Device,
  adapter: LoraAdapter,
  { name, architecture }: { name: string; architecture: string },
): GgufStream {
  return {
    metadata: [
      { key: 'general.type', type: 'string', value: 'adapter' },
      { key: 'general.architecture', type: 'string', value: architecture },
      { key: 'general.name', type: 'string', value: name },
      { key: 'adapter.type', type: 'string', value: 'lora' },
      { key: 'adapter.lora.alpha', type: 'f32', value: adapter.scale * adapter.settings.rank },
    ],
    tensors: adapter.branches.flatMap((branch) => toTensors(device, branch)),
  };
}

function toTensors(device: Device, { tensorName, a, b }: LoraBranch): TensorStream[] {
  const [outputs, rank] = b.weight.ne;
  const write = (suffix: string, ne: number[], read: () => Float32Array): TensorStream => ({
    name: `${tensorName}.${suffix}`,
    ne,
    type: elementType.f32,
    chunks: () => [new Uint8Array(read().buffer)],
  });
  const readB = () => transposed(device.readFloats(b.weight), outputs);
  return [
    write('lora_a', a.weight.ne.slice(0, 2), () => device.readFloats(a.weight)),
    write('lora_b', [rank, outputs], readB),
  ];
}
