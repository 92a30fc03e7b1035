import { mkdir, readdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeTinyModel } from '../../gguf/tiny/tiny-model.ts';
import { writeGgufStream } from '../../gguf/write/write-gguf.ts';
import type { ExportKind } from '../../../shared/domain/export.ts';
import type { ExportParams, TaughtFormat } from '../../engines/protocol/trainer.ts';
import { metadataOfModel, toGgufAdapter } from './gguf-checkpoint.ts';
import { LoraAdapter } from '../weights/lora-adapter.ts';
import { GgmlDevice } from '../device/ggml-device.ts';
import { openModel, temporaryFolder } from '../testing/open-model.ts';
import type { GgufValue } from '../../gguf/header/gguf-value.ts';
import { getNumber, getString } from '../../gguf/header/gguf-file.ts';
import { adapterBaseKey } from '../../gguf/model/adapter-base.ts';
import { readGguf } from '../../gguf/read-gguf.ts';
import { exportCheckpoint } from './export-checkpoint.ts';

/** A tiny model and an adapter of it in a folder. */
async function writePair(
  folder: string,
  architecture: 'llama' | 'gemma3' = 'llama',
  chatTemplate = '',
): Promise<{ basePath: string; baseSha256: string; checkpointPath: string }> {
  const basePath = join(folder, 'base.gguf');
  const checkpointPath = join(folder, 'adapter.gguf');
  const shape = { embeddingLength: 64, feedForwardLength: 96, layers: 2 };
  await writeTinyModel(basePath, { ...shape, architecture });
  using device = GgmlDevice.openCpu(1);
  using model = await openModel(device, basePath);
  using adapter = new LoraAdapter(device, model, { rank: 4, alpha: 8, seed: 1 });
  const names = { name: 'test', architecture, chatTemplate };
  await writeGgufStream(checkpointPath, toGgufAdapter(device, adapter, names));
  return { basePath, baseSha256: 'b'.repeat(64), checkpointPath };
}

const taught: TaughtFormat = {
  carried: { chatTemplate: '{{ messages[0].content }}', endOfTurnId: 7 },
  addsBos: true,
  ollama: { template: '{{ .Prompt }}', stops: ['</s>'] },
};

const asF16 = { type: 'F16', strength: 1, name: 'out', taught } as const;

test.each<ExportKind>(['merged', 'ollama'])(
  'a cancelled export (%s) ends at once and leaves nothing behind',
  async (kind) => {
    await using folder = await temporaryFolder();
    const pair = await writePair(folder.path);
    const before = await readdir(folder.path);
    const params = { ...pair, ...asF16, kind, outPath: join(folder.path, 'out') };
    const controller = new AbortController();
    const emit = () => controller.abort(new Error('cancelled by the test'));
    await expect(exportCheckpoint(params, { signal: controller.signal, emit })).rejects.toThrow(
      'cancelled by the test',
    );
    expect(await readdir(folder.path)).toEqual(before);
  },
);

test.each<ExportKind>(['gguf', 'merged', 'ollama', 'peft'])(
  'an export (%s) is refused where a link has its temporary name, and the link stays',
  async (kind) => {
    await using folder = await temporaryFolder();
    const pair = await writePair(folder.path);
    const outPath = join(folder.path, 'out');
    await mkdir(join(folder.path, 'elsewhere'));
    await symlink(join(folder.path, 'elsewhere'), `${outPath}.${process.pid}.partial`);
    const before = await readdir(folder.path, { recursive: true });
    const params = { ...pair, ...asF16, kind, outPath };
    const context = { signal: new AbortController().signal, emit: () => undefined };
    await expect(exportCheckpoint(params, context)).rejects.toMatchObject({
      code: 'FILE_EXISTS',
      message: expect.stringContaining('Move it away, then try again.'),
    });
    expect(await readdir(folder.path, { recursive: true })).toEqual(before);
  },
);

test('an exported adapter names the base that it was trained on', async () => {
  await using folder = await temporaryFolder();
  const outPath = join(folder.path, 'out.gguf');
  const pair = await writePair(folder.path);
  const params = { ...pair, kind: 'gguf', type: null, strength: 1, name: 'out', outPath } as const;
  await exportCheckpoint(params, { signal: new AbortController().signal, emit: () => undefined });
  expect(getString(await readGguf(outPath), adapterBaseKey)).toBe(pair.baseSha256);
});

test('a whole model carries the chat template that its base lacked, merged or copied as it is', async () => {
  await using folder = await temporaryFolder();
  const pair = await writePair(folder.path);
  const context = { signal: new AbortController().signal, emit: () => undefined };
  const merged = join(folder.path, 'merged.gguf');
  const copied = join(folder.path, 'copied.gguf');
  const params = { ...pair, type: 'F16', strength: 1, name: 'out', taught } as const;
  await exportCheckpoint({ ...params, kind: 'merged', outPath: merged }, context);
  const whole = { ...params, checkpointPath: pair.basePath };
  await exportCheckpoint({ ...whole, kind: 'gguf', outPath: copied }, context);
  for (const path of [merged, copied]) {
    const header = await readGguf(path);
    expect(getString(header, 'tokenizer.chat_template')).toBe('{{ messages[0].content }}');
    expect(getNumber(header, 'tokenizer.ggml.eot_token_id')).toBe(7);
  }
});

// llama.cpp decides by the kind of vocabulary where a file is silent, Ollama puts a BOS always.
test('a whole model says whether it wants a BOS, as its base says or as llama.cpp decides', () => {
  const entries = (base: ReturnType<typeof metadataOf>) =>
    metadataOfModel(base, { name: 'out', type: 'F16', taught }).filter(
      ({ key }) => key === 'tokenizer.ggml.add_bos_token',
    );
  const key = 'tokenizer.ggml.add_bos_token';
  expect(entries(metadataOf([]))).toEqual([{ key, type: 'bool', value: true }]);
  const said = metadataOf([[key, { type: 'bool', value: false }]]);
  expect(entries(said)).toEqual([{ key, type: 'bool', value: false }]);
});

const metadataOf = (entries: [string, GgufValue][]) => new Map(entries);

test('the chat template that was chosen to train an adapter goes with it into every form', async () => {
  await using folder = await temporaryFolder();
  const chatTemplate = '{% for m in messages %}[{{ m.content }}]{% endfor %}\n';
  const pair = await writePair(folder.path, 'llama', chatTemplate);
  const context = { signal: new AbortController().signal, emit: () => undefined };
  const params = { ...pair, type: 'F16', strength: 0.5, name: 'out' } as const;
  const write = async (kind: ExportKind) => {
    const outPath = join(folder.path, kind);
    await exportCheckpoint({ ...params, kind, outPath, taught }, context);
    return outPath;
  };
  for (const kind of ['gguf', 'merged'] as const) {
    const header = await readGguf(await write(kind));
    expect(getString(header, 'tokenizer.chat_template')).toBe(chatTemplate);
  }
  const ollama = await readGguf(join(await write('ollama'), 'model.gguf'));
  expect(getString(ollama, 'tokenizer.chat_template')).toBe(chatTemplate);
  const peft = join(await write('peft'), 'chat_template.jinja');
  expect(await readFile(peft, 'utf8')).toBe(chatTemplate);
});

// Loaded with transformers 5.24 and PEFT 0.21: 28 of 28 tensors by either class, none in the tower.
test('an adapter of Gemma 3 has the names of both of its classes, and leaves the vision tower alone', async () => {
  await using folder = await temporaryFolder();
  const pair = await writePair(folder.path, 'gemma3');
  const outPath = join(folder.path, 'out');
  const params: ExportParams = {
    ...pair,
    kind: 'peft',
    type: null,
    strength: 1,
    name: 'out',
    outPath,
  };
  const context = { signal: new AbortController().signal, emit: () => undefined };
  await exportCheckpoint(params, context);
  const weights = await readFile(join(outPath, 'adapter_model.safetensors'));
  const header = weights.toString('utf8', 8, 8 + Number(weights.readBigUInt64LE()));
  const names = [...header.matchAll(/"base_model\.model\.([^"]+)\.lora_A\.weight"/g)];
  const modules = names.map(([, name = '']) => name);
  for (const root of ['model', 'model.language_model'])
    expect(modules.filter((name) => name.startsWith(`${root}.layers.`))).toHaveLength(14);
  expect(modules).toHaveLength(28);
  const config = await readFile(join(outPath, 'adapter_config.json'), 'utf8');
  const [, pattern = ''] = /"target_modules": ("(?:[^"\\]|\\.)*")/.exec(config) ?? [];
  const wanted = new RegExp(`^${String(JSON.parse(pattern))}$`);
  expect(modules.filter((name) => !wanted.test(name))).toEqual([]);
  expect('model.vision_tower.vision_model.encoder.layers.0.self_attn.q_proj').not.toMatch(wanted);
});
