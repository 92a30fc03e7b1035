import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { Llama } from 'node-llama-cpp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { getString } from '../gguf/header/gguf-file.ts';
import { chatTemplateKey } from '../gguf/model/chat-template.ts';
import { readGguf } from '../gguf/read-gguf.ts';
import { tensorTypeName } from '../gguf/header/tensor-types.ts';
import { writeTinyModel } from '../gguf/tiny/tiny-model.ts';
import type { GgufEntry } from '../gguf/write/gguf-content.ts';
import { writeGguf } from '../gguf/write/write-gguf.ts';
import type { ExportParams, TaughtFormat } from '../engines/protocol/trainer.ts';
import { exportCheckpoint } from '../trainer/export/export-checkpoint.ts';
import { centredLogitsOf } from './testing/centred-logits.ts';
import { createTestFolder } from './testing/test-system.ts';
import { endLlama, startLlama } from './testing/start-llama.ts';

const width = 64;
const headLength = 16;
const [heads, keyHeads, rank, alpha, strength] = [4, 2, 4, 6, 0.5];
/** Weights [in, out] that the adapter changes. */
const changed: [name: string, inputs: number, outputs: number][] = [
  ['blk.0.attn_q.weight', width, width],
  ['blk.0.attn_k.weight', width, keyHeads * headLength],
  ['blk.1.attn_output.weight', width, width],
  ['blk.1.ffn_down.weight', 96, width],
];

let llama: Llama;
let folder: Awaited<ReturnType<typeof createTestFolder>>;
const factors = new Map<string, Float32Array>();

beforeAll(async () => {
  folder = await createTestFolder();
  llama = await startLlama();
  const shape = { embeddingLength: width, feedForwardLength: 96, layers: 2, heads };
  await writeTinyModel(folder.file('base.gguf'), { ...shape, kvHeads: keyHeads });
  await writeAdapter(folder.file('adapter.gguf'));
});
afterAll(async () => {
  await endLlama(llama);
  await folder[Symbol.asyncDispose]();
});

async function writeAdapter(path: string, ...more: GgufEntry[]): Promise<void> {
  const tensors = changed.flatMap(([name, inputs, outputs], index) =>
    [
      { name: `${name}.lora_a`, ne: [inputs, rank] },
      { name: `${name}.lora_b`, ne: [rank, outputs] },
    ].map((tensor, side) => {
      const values = Float32Array.from(
        { length: (tensor.ne[0] ?? 0) * (tensor.ne[1] ?? 0) },
        (_, at) => 0.3 * Math.sin(at * (3 + index) + side),
      );
      factors.set(tensor.name, values);
      return { ...tensor, type: 0, data: new Uint8Array(values.buffer) };
    }),
  );
  await writeGguf(path, {
    metadata: [
      { key: 'general.type', type: 'string', value: 'adapter' },
      { key: 'general.architecture', type: 'string', value: 'llama' },
      { key: 'adapter.type', type: 'string', value: 'lora' },
      { key: 'adapter.lora.alpha', type: 'f32', value: alpha },
      ...more,
    ],
    tensors,
  });
}

async function exportTo(name: string, change: Partial<ExportParams>, signal?: AbortSignal) {
  const params: ExportParams = {
    basePath: folder.file('base.gguf'),
    baseSha256: 'b'.repeat(64),
    checkpointPath: folder.file('adapter.gguf'),
    kind: 'gguf',
    type: null,
    strength,
    outPath: folder.file(name),
    name,
    ...change,
  };
  const context = { signal: signal ?? new AbortController().signal, emit: () => undefined };
  return await exportCheckpoint(params, context);
}

/** Centred logits of a short text. */
const logitsOf = (path: string, adapter?: { filePath: string; scale: number }) =>
  centredLogitsOf(llama, path, { tokenize: (model) => model.tokenize('Paris is the'), adapter });

/** The worst difference, as a part of the largest logit. */
function distance(left: readonly number[], right: readonly number[]): number {
  expect(left.length).toBe(right.length);
  const largest = Math.max(...left.map(Math.abs));
  return Math.max(...left.map((value, index) => Math.abs(value - (right[index] ?? 0)))) / largest;
}

const withAdapter = (scale: number) =>
  logitsOf(folder.file('base.gguf'), { filePath: folder.file('adapter.gguf'), scale });

test.each([
  ['F16', 2e-3],
  ['BF16', 2e-2],
  ['Q8_0', 3e-2],
] as const)('a model merged in %s gives the logits of base and adapter', async (type, bound) => {
  const name = `merged-${type}.gguf`;
  await exportTo(name, { kind: 'merged', type });
  const { tensors } = await readGguf(folder.file(name));
  for (const tensor of tensors)
    expect(tensorTypeName(tensor.type)).toBe(tensor.ne.length === 1 ? 'F32' : type);
  const merged = await logitsOf(folder.file(name));
  expect(distance(await withAdapter(strength), merged)).toBeLessThan(bound);
  expect(distance(await logitsOf(folder.file('base.gguf')), merged)).toBeGreaterThan(2 * bound);
});

// Rows of 64 fill no block of a K-quant: these matrices get what llama-quantize falls back to.
test.each([
  ['Q4_K_M', 'Q5_0', 'Q8_0'],
  ['Q5_K_M', 'Q5_1', 'Q8_0'],
  ['Q6_K', 'Q8_0', 'Q8_0'],
] as const)('a model merged in %s is read by llama.cpp', async (type, most, more) => {
  const name = `merged-${type}.gguf`;
  await exportTo(name, { kind: 'merged', type });
  const { tensors } = await readGguf(folder.file(name));
  const typeOf = (wanted: string) =>
    tensorTypeName(tensors.find((tensor) => tensor.name === wanted)?.type ?? -1);
  expect(typeOf('blk.0.attn_q.weight')).toBe(most);
  expect(typeOf('blk.1.ffn_down.weight')).toBe(more);
  expect(typeOf('blk.1.attn_norm.weight')).toBe('F32');
  const merged = await logitsOf(folder.file(name));
  const toBase = distance(await logitsOf(folder.file('base.gguf')), merged);
  expect(distance(await withAdapter(strength), merged)).toBeLessThan(toBase / 3);
});

test('a copied adapter has its strength written into it', async () => {
  await exportTo('copy.gguf', { kind: 'gguf' });
  const adapter = { filePath: folder.file('copy.gguf'), scale: 1 };
  const copied = await logitsOf(folder.file('base.gguf'), adapter);
  expect(distance(await withAdapter(strength), copied)).toBeLessThan(1e-5);
});

test('an adapter for PEFT makes the same change, its rows in the order of Hugging Face', async () => {
  await exportTo('peft', { kind: 'peft' });
  const config: unknown = JSON.parse(readFileSync(folder.file('peft/adapter_config.json'), 'utf8'));
  expect(config).toMatchObject({
    peft_type: 'LORA',
    r: rank,
    lora_alpha: alpha * strength,
    target_modules: ['down_proj', 'k_proj', 'o_proj', 'q_proj'],
  });
  const read = readSafetensors(folder.file('peft/adapter_model.safetensors'));
  const modules = [
    'layers.0.self_attn.q_proj',
    'layers.0.self_attn.k_proj',
    'layers.1.self_attn.o_proj',
    'layers.1.mlp.down_proj',
  ];
  for (const [index, [name, inputs, outputs]] of changed.entries()) {
    const path = `base_model.model.model.${modules[index]}`;
    const [down, up] = [read(`${path}.lora_A.weight`), read(`${path}.lora_B.weight`)];
    expect([down.shape, up.shape]).toEqual([
      [rank, inputs],
      [outputs, rank],
    ]);
    const expected = product(factors.get(`${name}.lora_a`), factors.get(`${name}.lora_b`), inputs);
    const found = product(down.values, up.values, inputs);
    const headCount = { 'blk.0.attn_q.weight': heads, 'blk.0.attn_k.weight': keyHeads }[name];
    const asGguf = headCount === undefined ? found : permute(found, headCount);
    expect(asGguf).toEqual(expected);
  }
});

/** `LlamaModel.permute` of convert_hf_to_gguf.py: reshape (heads, 2, D/2), swap the last two. */
function permute(rows: readonly number[][], headCount: number): number[][] {
  const half = rows.length / headCount / 2;
  const result: number[][] = [];
  for (let head = 0; head < headCount; head++)
    for (let pair = 0; pair < half; pair++)
      for (const part of [0, 1]) result.push(rows[(head * 2 + part) * half + pair] ?? []);
  return result;
}

/** Rows of B·A. */
function product(
  down: Float32Array = new Float32Array(),
  up: Float32Array = new Float32Array(),
  inputs = 0,
): number[][] {
  return Array.from({ length: up.length / rank }, (_, row) =>
    Array.from({ length: inputs }, (__, column) => {
      let sum = 0;
      for (let at = 0; at < rank; at++)
        sum += (up[row * rank + at] ?? 0) * (down[at * inputs + column] ?? 0);
      return sum;
    }),
  );
}

interface SafetensorsEntry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

function missing(name: string): never {
  throw new Error(`The file has no tensor ${name}`);
}

function readSafetensors(path: string) {
  const bytes = readFileSync(path);
  const headerEnd = 8 + Number(bytes.readBigUInt64LE(0));
  expect(headerEnd % 8).toBe(0);
  const header: Record<string, SafetensorsEntry> = JSON.parse(bytes.toString('utf8', 8, headerEnd));
  return (name: string) => {
    const { dtype, shape, data_offsets: range } = header[name] ?? missing(name);
    expect(dtype).toBe('F32');
    const copy = new Uint8Array(bytes.subarray(headerEnd + range[0], headerEnd + range[1]));
    return { shape, values: new Float32Array(copy.buffer) };
  };
}

const taught: TaughtFormat = {
  carried: null,
  addsBos: false,
  ollama: { template: '{{ .Prompt }}<|im_end|>', stops: ['<|im_end|>'] },
};

test('a folder for Ollama names the files in it, the template and the texts that end an answer', async () => {
  await exportTo('ollama', { kind: 'ollama', taught });
  const text = readFileSync(folder.file('ollama/Modelfile'), 'utf8');
  expect(text).toContain(`FROM ${folder.file('base.gguf')}\nADAPTER ./adapter.gguf\n`);
  expect(text).toContain('TEMPLATE """{{ .Prompt }}<|im_end|>"""\n');
  expect(text).toContain('PARAMETER stop "<|im_end|>"\nPARAMETER temperature 0.7\n');
  await exportTo('ollama-merged', { kind: 'ollama', type: 'Q8_0', taught });
  expect(readFileSync(folder.file('ollama-merged/Modelfile'), 'utf8')).toContain(
    'FROM ./model.gguf',
  );
  const merged = await logitsOf(folder.file('ollama-merged/model.gguf'));
  expect(distance(await withAdapter(strength), merged)).toBeLessThan(3e-2);
});

test('a cancelled export leaves nothing, and no export overwrites what is there', async () => {
  const stop = AbortSignal.abort();
  await expect(exportTo('stopped.gguf', { kind: 'merged', type: 'F16' }, stop)).rejects.toThrow(
    /abort/i,
  );
  await expect(exportTo('stopped', { kind: 'ollama', type: 'F16', taught }, stop)).rejects.toThrow(
    /abort/i,
  );
  expect(readdirSync(folder.path).filter((name) => name.includes('stopped'))).toEqual([]);
  await expect(exportTo('base.gguf', {})).rejects.toMatchObject({ code: 'FILE_EXISTS' });
  await expect(exportTo('nowhere/x.gguf', {})).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
});

test('an adapter of another model is refused, and nothing is written', async () => {
  const basePath = folder.file('wide.gguf');
  await writeTinyModel(basePath, { embeddingLength: 128, feedForwardLength: 96, layers: 2 });
  const params = { kind: 'merged', type: 'F16', basePath } as const;
  await expect(exportTo('wrong.gguf', params)).rejects.toThrow(/trained on another model/);
  expect(existsSync(folder.file('wrong.gguf'))).toBe(false);
});

test('every export carries the chat template that trained an adapter, where it is not the one of its base', async () => {
  const value = '{% for m in messages %}{{ m.content }}{{ eos_token }}{% endfor %}';
  const checkpointPath = folder.file('templated.gguf');
  await writeAdapter(checkpointPath, { key: chatTemplateKey, type: 'string', value });
  await exportTo('templated', { kind: 'peft', checkpointPath });
  expect(readFileSync(folder.file('templated/chat_template.jinja'), 'utf8')).toBe(value);
  await exportTo('own', { kind: 'peft' });
  expect(existsSync(folder.file('own/chat_template.jinja'))).toBe(false);
  for (const [name, change] of [
    ['templated-copy.gguf', { kind: 'gguf' }],
    ['templated-merged.gguf', { kind: 'merged', type: 'Q8_0' }],
  ] as const) {
    await exportTo(name, { ...change, checkpointPath });
    expect(getString(await readGguf(folder.file(name)), chatTemplateKey)).toBe(value);
  }
});
