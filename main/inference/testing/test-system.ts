import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Sampling } from '../../../shared/domain/identity.ts';
import type { Message } from '../../../shared/domain/message.ts';
import { type TinyModelOptions, writeTinyModel } from '../../gguf/tiny/tiny-model.ts';
import type { GgufEntry } from '../../gguf/write/gguf-content.ts';
import { writeGguf } from '../../gguf/write/write-gguf.ts';
import type { SystemFiles } from '../../engines/protocol/inference.ts';

const width = 128;
const feedForwardLength = 256;
const rank = 2;
const f32TypeId = 0;

/** A folder of its own for one test file; disposing of it deletes everything in it. */
export async function createTestFolder() {
  const path = await mkdtemp(join(tmpdir(), 'lima-inference-'));
  const remove = () => rm(path, { recursive: true, force: true });
  return { path, file: (name: string) => join(path, name), [Symbol.asyncDispose]: remove };
}

/** Writes a tiny random model and describes it as a system without adapter. */
export async function writeTestSystem(
  path: string,
  options: TinyModelOptions = {},
): Promise<SystemFiles> {
  const { sha256 } = await writeTinyModel(path, options);
  return {
    basePath: path,
    baseSha256: sha256,
    baseName: 'tiny',
    adapterPath: null,
    adapterSha256: null,
    adapterName: null,
    strength: 1,
  };
}

/** Writes a LoRA adapter that shifts the last layer of a tiny model; `seed` decides where to. */
export async function withTestAdapter(
  system: SystemFiles,
  path: string,
  seed: number,
  entries: readonly GgufEntry[] = [],
  architecture = 'llama',
): Promise<SystemFiles> {
  const tensor = (name: string, ne: [number, number]) => {
    const values = new Float32Array(ne[0] * ne[1]);
    for (const index of values.keys()) values[index] = Math.sin(index * seed + seed);
    return { name, ne, type: f32TypeId, data: new Uint8Array(values.buffer) };
  };
  const { sha256 } = await writeGguf(path, {
    metadata: [
      { key: 'general.type', type: 'string', value: 'adapter' },
      { key: 'general.architecture', type: 'string', value: architecture },
      { key: 'adapter.type', type: 'string', value: 'lora' },
      { key: 'adapter.lora.alpha', type: 'f32', value: rank },
      ...entries,
    ],
    tensors: [
      tensor('blk.3.ffn_down.weight.lora_a', [feedForwardLength, rank]),
      tensor('blk.3.ffn_down.weight.lora_b', [rank, width]),
    ],
  });
  return { ...system, adapterPath: path, adapterSha256: sha256, adapterName: `adapter ${seed}` };
}

/** Greedy decoding without penalties. */
export const greedy: Sampling = {
  temperature: 0,
  topP: 1,
  topK: 0,
  minP: 0,
  repeatPenalty: 1,
  maxTokens: 24,
  seed: 1,
};

/** The sampling of the LIMA paper, kept short. */
export const sampled: Sampling = { ...greedy, temperature: 0.7, topP: 0.9, repeatPenalty: 1.2 };

/** A conversation of one question. */
export const ask = (content: string): Message[] => [{ role: 'user', content }];
