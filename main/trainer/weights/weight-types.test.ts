import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readGguf } from '../../gguf/read-gguf.ts';
import { writeTinyModel } from '../../gguf/tiny/tiny-model.ts';
import { tensorTypeId } from '../../gguf/header/tensor-types.ts';
import { writeGguf } from '../../gguf/write/write-gguf.ts';
import { GgmlDevice } from '../device/ggml-device.ts';
import { elementCount, elementType, toExtents } from '../device/tensor.ts';
import { forwardLogits } from '../testing/forward-logits.ts';
import { byteSample, openModel, temporaryFolder } from '../testing/open-model.ts';
import { quantizeModel } from './quantize-model.ts';
import { dequantizerOf } from './dequantize.ts';
import type { CanCompute, LoadOptions } from './weight-types.ts';
import { LoraAdapter } from './lora-adapter.ts';

const folder = await temporaryFolder();
const device = GgmlDevice.openCpu(1);
afterAll(async () => {
  device[Symbol.dispose]();
  await folder[Symbol.asyncDispose]();
});

const tokens = byteSample('text', 'The capital of France is Paris.').tokens;
const pathOf = (name: string) => join(folder.path, `${name}.gguf`);
const basePath = pathOf('base');
await writeTinyModel(basePath, { embeddingLength: 256, feedForwardLength: 512, layers: 2 });

/** The same weights as F32. */
async function dequantizeModel(sourcePath: string, targetPath: string): Promise<void> {
  const { metadata, tensors } = await readGguf(sourcePath);
  const bytes = await readFile(sourcePath);
  await writeGguf(targetPath, {
    metadata: [...metadata].map(([key, value]) => ({ key, ...value })),
    tensors: tensors.map(({ name, ne, type, offsetBytes, sizeBytes }) => {
      const values = new Float32Array(elementCount(toExtents(ne)));
      dequantizerOf(device.ggml, type)(
        bytes.subarray(offsetBytes, offsetBytes + sizeBytes),
        values,
      );
      return { name, ne, type: elementType.f32, data: new Uint8Array(values.buffer) };
    }),
  });
}

async function logitsOf(path: string, options: LoadOptions = {}) {
  using model = await openModel(device, path, options);
  const settings = { rank: 4, alpha: 8, seed: 1 };
  using trained = new LoraAdapter(device, model, settings);
  return {
    logits: await forwardLogits(device, { model, trained }, tokens),
    isCopied: model.head.weight.type === elementType.bf16,
  };
}

test.each(['F16', 'Q8_0', 'Q4_1', 'Q4_K', 'Q6_K'])(
  'a copy of %s weights for the forward pass gives the logits of the exact weights',
  async (type) => {
    const hasKernels = device.kernels !== undefined;
    // Our kernels multiply F16 as fast as BF16, and nothing that is quantized.
    const isSlow = hasKernels ? type !== 'F16' : type !== 'Q8_0';
    await quantizeModel(basePath, pathOf(type), () => type);
    await dequantizeModel(pathOf(type), pathOf(`${type}-f32`));
    const exact = await logitsOf(pathOf(`${type}-f32`));
    const { logits, isCopied } = await logitsOf(pathOf(type), { usesForwardCopies: true });
    expect(isCopied).toBe(isSlow && (hasKernels || device.features.has('AVX512_BF16')));
    const difference = logits.map((value, index) => value - (exact.logits[index] ?? NaN));
    // Without copies, activations are rounded to 8 bits instead of weights to BF16.
    expect(Math.hypot(...difference) / Math.hypot(...exact.logits)).toBeLessThan(
      isCopied ? 1e-2 : 3e-2,
    );
  },
);

test.each(['BF16', 'Q8_0', 'Q4_1', 'Q4_K'])(
  'precision f32 gives the logits of exact weights for a model of %s',
  async (type) => {
    const path = pathOf(`f32-of-${type}`);
    await quantizeModel(basePath, path, () => type);
    await dequantizeModel(path, pathOf(`exact-${type}`));
    const exact = await logitsOf(pathOf(`exact-${type}`));
    const options = { usesForwardCopies: true, precision: 'f32' } as const;
    const { logits } = await logitsOf(path, options);
    const difference = logits.map((value, index) => value - (exact.logits[index] ?? NaN));
    expect(Math.hypot(...difference) / Math.hypot(...exact.logits)).toBeLessThan(1e-5);
  },
);

// No device here lacks a type: what it says is the only thing that is made up.
test.each<[string, number[], number, number]>([
  ['a type', [], elementType.bf16, 1e-2],
  ['a type and BF16', [elementType.bf16], elementType.f32, 1e-5],
])(
  'a device that lacks %s holds a base in another type, with the same logits',
  async (_, others, held, most) => {
    const path = pathOf('lacking');
    await quantizeModel(basePath, path, () => 'Q6_K');
    await dequantizeModel(path, pathOf('lacking-f32'));
    const lacking = [tensorTypeId('Q6_K'), ...others];
    const canCompute: CanCompute = (_use, type) => !lacking.includes(type);
    using model = await openModel(device, path, { canCompute });
    expect([model.head.weight.type, model.embedding.type]).toEqual([held, held]);
    expect([...model.replacedTypes]).toEqual(['Q6_K']);
    const exact = await logitsOf(pathOf('lacking-f32'));
    const { logits } = await logitsOf(path, { canCompute });
    const difference = logits.map((value, index) => value - (exact.logits[index] ?? NaN));
    expect(Math.hypot(...difference) / Math.hypot(...exact.logits)).toBeLessThan(most);
  },
);

test('an embedding whose rows a device cannot pick is held as BF16, its head as it is', async () => {
  const path = pathOf('rows');
  await quantizeModel(basePath, path, () => 'Q6_K');
  const q6k = tensorTypeId('Q6_K');
  const canCompute: CanCompute = (use, type) => use === 'product' || type !== q6k;
  using model = await openModel(device, path, { canCompute });
  expect(model.embedding.type).toBe(elementType.bf16);
  expect(model.head.weight.type).toBe(q6k);
});
