import { open, rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readGguf } from '../../gguf/read-gguf.ts';
import { tensorTypeId } from '../../gguf/header/tensor-types.ts';
import { type TinyModelOptions, writeTinyModel } from '../../gguf/tiny/tiny-model.ts';
import { writeGguf } from '../../gguf/write/write-gguf.ts';
import { GgmlDevice } from '../device/ggml-device.ts';
import { forwardLogits } from '../testing/forward-logits.ts';
import { openModel, temporaryFolder } from '../testing/open-model.ts';
import { BaseModel } from './base-model.ts';
import { LoraAdapter } from './lora-adapter.ts';
import { ModelFile } from './model-file.ts';

const folder = await temporaryFolder();
const device = GgmlDevice.openCpu(1);
afterAll(async () => {
  device[Symbol.dispose]();
  await folder[Symbol.asyncDispose]();
});

const shape: TinyModelOptions = { embeddingLength: 64, feedForwardLength: 96, layers: 1 };

async function tinyModel(name: string, options: TinyModelOptions = {}): Promise<string> {
  const path = join(folder.path, `${name}.gguf`);
  await writeTinyModel(path, { ...shape, ...options });
  return path;
}

describe('loading a model', () => {
  test('refuses another architecture by its name', async () => {
    const path = await tinyModel('qwen', { architecture: 'mamba' });
    await expect(openModel(device, path)).rejects.toMatchObject({
      code: 'UNSUPPORTED_ARCHITECTURE',
      message: expect.stringMatching(/mamba; supported: llama/),
    });
  });

  test('refuses a quantization without a training path, naming the tensor', async () => {
    const file = await readGguf(await tinyModel('base'));
    const tensors = file.tensors.map(({ name, ne, type, sizeBytes }) =>
      name.includes('ffn_down')
        ? { name, ne, type: tensorTypeId('Q8_1'), data: new Uint8Array((sizeBytes / 128) * 36) }
        : { name, ne, type, data: new Uint8Array(sizeBytes) },
    );
    const path = join(folder.path, 'intermediate.gguf');
    const metadata = [...file.metadata].map(([key, value]) => ({ key, ...value }));
    await writeGguf(path, { metadata, tensors });
    await expect(openModel(device, path)).rejects.toMatchObject({
      code: 'UNSUPPORTED_QUANTIZATION',
      message: expect.stringMatching(/blk\.0\.ffn_down\.weight.*Q8_1/),
    });
  });

  test('reports a file that was cut off, instead of training on zeros', async () => {
    const path = await tinyModel('cut');
    await truncate(path, (await stat(path)).size - 1000);
    await expect(openModel(device, path)).rejects.toMatchObject({ code: 'MODEL_TRUNCATED' });
  });

  test('reports a file that is cut off after its header was read', async () => {
    const path = await tinyModel('shrinking');
    await using file = await ModelFile.open(path);
    await truncate(path, (await stat(path)).size - 1000);
    const loading = BaseModel.load(device, file, new AbortController().signal);
    await expect(loading).rejects.toMatchObject({ code: 'MODEL_TRUNCATED' });
  });

  test('reports a missing file with its path', async () => {
    const path = join(folder.path, 'nowhere.gguf');
    await expect(openModel(device, path)).rejects.toMatchObject({
      code: 'MODEL_NOT_THERE',
      message: expect.stringContaining(path),
    });
  });

  test('notices that the file was written to while it was read', async () => {
    const path = await tinyModel('changing');
    await using file = await ModelFile.open(path);
    const { tensors } = await readGguf(path);
    const handle = await open(path, 'r+');
    await handle.write(new Uint8Array(4), 0, 4, tensors[0]?.offsetBytes ?? 0);
    await handle.utimes(1, 1);
    await handle.close();
    const loading = BaseModel.load(device, file, new AbortController().signal);
    await expect(loading).rejects.toMatchObject({ code: 'MODEL_CHANGED' });
  });

  test('needs the file no more once it is loaded', async () => {
    const path = await tinyModel('vanishing');
    using model = await openModel(device, path);
    using adapter = new LoraAdapter(device, model, { rank: 2, alpha: 4, seed: 1 });
    await rm(path);
    const logits = await forwardLogits(device, { model, trained: adapter }, Int32Array.of(1, 2, 3));
    expect(logits.every(Number.isFinite)).toBe(true);
  });
});
