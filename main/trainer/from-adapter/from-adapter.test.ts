import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Recipe, RecipeInput } from '../../../shared/domain/recipe/recipe.ts';
import type { ImportAdapterParams, TrainEvent } from '../../engines/protocol/trainer.ts';
import { adapterBaseKey } from '../../gguf/model/adapter-base.ts';
import { getString } from '../../gguf/header/gguf-file.ts';
import { chatTemplateKey } from '../../gguf/model/chat-template.ts';
import { readGguf } from '../../gguf/read-gguf.ts';
import { writeTinyModel, type TinyModelOptions } from '../../gguf/tiny/tiny-model.ts';
import { writeGgufStream } from '../../gguf/write/write-gguf.ts';
import { GgmlDevice } from '../device/ggml-device.ts';
import { exportCheckpoint } from '../export/export-checkpoint.ts';
import { RunControl } from '../run/run-state.ts';
import { train } from '../run/train.ts';
import { Trainer } from '../step/trainer.ts';
import { fillUpMatrices } from '../testing/finite-differences.ts';
import { byteSample, openModel, temporaryFolder, tinyRecipe } from '../testing/open-model.ts';
import { LoraAdapter } from '../weights/lora-adapter.ts';
import { fromAdapterFile, importAdapter } from './import-adapter.ts';
import { loadAdapter } from './load-adapter.ts';

const folder = await temporaryFolder();
const device = GgmlDevice.openCpu(1);
afterAll(async () => {
  device[Symbol.dispose]();
  await folder[Symbol.asyncDispose]();
});

const shape: TinyModelOptions = { embeddingLength: 64, feedForwardLength: 96, layers: 2 };
const samples = [0, 1, 2].map((index) =>
  byteSample(`sample-${index}`, `Sample ${index} says something of its own: ${index * 7}.`, 9),
);
const idle = { signal: new AbortController().signal, emit: () => undefined };
const baseSha256 = 'f'.repeat(64);

const paramsFor = (
  name: string,
  fields: Partial<ImportAdapterParams> = {},
): ImportAdapterParams => ({
  adapterPath: join(folder.path, `${name}-adapter.gguf`),
  adapterBaseSha256: null,
  basePath: join(folder.path, `${name}.gguf`),
  baseSha256,
  otherBase: false,
  ...fields,
});

/** A base, an adapter of it with every factor filled, the same for PEFT, and its loss. */
async function makeAdapter(name: string, model: TinyModelOptions, recipe: Recipe) {
  const { basePath, adapterPath } = paramsFor(name);
  await writeTinyModel(basePath, { ...shape, ...model });
  using base = await openModel(device, basePath);
  using trainer = new Trainer(device, base, recipe);
  fillUpMatrices(device, trainer);
  await writeGgufStream(adapterPath, trainer.toGguf('made'));
  const outPath = join(folder.path, `${name}-peft`);
  const forms = { kind: 'peft', type: null, strength: 1, name: 'made' } as const;
  await exportCheckpoint(
    { basePath, baseSha256, checkpointPath: adapterPath, outPath, ...forms },
    idle,
  );
  return { loss: await trainer.measureLoss(samples), peftPath: outPath };
}

/** The loss of a base with an adapter that was imported for it. */
async function lossFrom(name: string, recipe: Recipe, adapterPath?: string): Promise<number> {
  const outDir = join(folder.path, `${name}-${adapterPath ? 'peft' : 'gguf'}-run`);
  await mkdir(outDir, { recursive: true });
  const params = paramsFor(name, { outDir, ...(adapterPath && { adapterPath }) });
  const facts = await importAdapter(params);
  const { rank, alpha, targets } = facts;
  using base = await openModel(device, params.basePath);
  const same = { ...recipe, rank, alpha, targets, loraScaling: 'standard' } as const;
  using trainer = new Trainer(device, base, { ...same, seed: 5 });
  if (!(trainer.trained instanceof LoraAdapter)) throw new Error('No adapter is trained');
  const path = join(outDir, fromAdapterFile);
  await loadAdapter(device, trainer.trained, { path, sha256: facts.sha256 });
  return await trainer.measureLoss(samples);
}

const kinds: [string, TinyModelOptions, RecipeInput][] = [
  ['llama', { heads: 4, kvHeads: 2 }, {}],
  ['llama-some', {}, { targets: 'attn_v,mlp', rank: 3, alpha: 7, loraScaling: 'rankStable' }],
  ['qwen2', { architecture: 'qwen2' }, { targets: 'attention' }],
  ['gemma3', { architecture: 'gemma3' }, {}],
  ['phi3', { architecture: 'phi3' }, {}],
];

test("an adapter of PEFT was trained with the template that lies beside it, unless that is its base's", async () => {
  const { peftPath: adapterPath } = await makeAdapter('templated', {}, tinyRecipe());
  const base = await readGguf(join(folder.path, 'templated.gguf'));
  const own = getString(base, chatTemplateKey) ?? '';
  for (const [written, told] of [
    [own, ''],
    [`${own}!`, `${own}!`],
  ] as const) {
    await writeFile(join(adapterPath, 'chat_template.jinja'), written);
    const { chatTemplate } = await importAdapter(paramsFor('templated', { adapterPath }));
    expect(chatTemplate).toBe(told);
  }
});

test.each(kinds)(
  'an adapter of %s gives its loss again, from GGUF and from PEFT',
  async (name, model, fields) => {
    const recipe = tinyRecipe(fields);
    const { loss, peftPath } = await makeAdapter(name, model, recipe);
    const { targets, rank } = await importAdapter(paramsFor(name));
    expect([targets, rank]).toEqual([
      name === 'llama-some' ? 'attn_v,ffn_gate,ffn_up,ffn_down' : recipe.targets,
      recipe.rank,
    ]);
    // GGUF has alpha as a 32-bit float, which holds every one that people type, and no root of 3.
    const error = Math.abs((await lossFrom(name, recipe)) - loss);
    expect(error).toBeLessThanOrEqual(recipe.loraScaling === 'standard' ? 0 : 1e-4);
    expect(await lossFrom(name, recipe, peftPath)).toBeCloseTo(loss, 3);
    const file = join(peftPath, 'adapter_model.safetensors');
    const looked = await importAdapter(paramsFor(name, { adapterPath: file }));
    const copied = await importAdapter(
      paramsFor(name, { adapterPath: peftPath, outDir: folder.path }),
    );
    expect(copied).toEqual(looked);
  },
);

describe('a run that goes on from an adapter', () => {
  const basePath = join(folder.path, 'run.gguf');
  const recipe = tinyRecipe({ epochs: 2, batchSize: 2, learningRate: 1e-2, loraDropout: 0.1 });
  type Begin = { fromAdapterPath: string; sha256: string };
  const run = async (
    name: string,
    from?: Begin,
    onEvent: (event: TrainEvent, control: RunControl) => void = () => undefined,
  ) => {
    const outDir = join(folder.path, name);
    await mkdir(outDir, { recursive: true });
    const own = from ? { fromAdapterPath: from.fromAdapterPath } : {};
    const control = new RunControl();
    const losses: number[] = [];
    const emit = (event: TrainEvent) => {
      if (event.type === 'devLoss') losses.push(event.measured.loss);
      onEvent(event, control);
    };
    const [held, ...trained] = samples;
    if (!held) throw new Error('There is no sample');
    const data = { basePath, baseSha256, samples: trained, devSamples: [held] };
    const fields = { ...recipe, fromAdapter: from?.sha256 ?? '' };
    const rest = { recipe: fields, outDir, recordExtra: {}, ...own };
    const signal = new AbortController().signal;
    const { outcome } = await train({ ...data, ...rest }, { signal, emit }, control);
    return { losses, outcome, adapterPath: join(outDir, 'epoch-002', 'adapter.gguf') };
  };

  test('begins with the dev loss of its end, and resumes to the bits of an uninterrupted one', async () => {
    await writeTinyModel(basePath, shape);
    const first = await run('first');
    expect(first.losses).toHaveLength(3);
    const outDir = join(folder.path, 'second-begin');
    await mkdir(outDir);
    const params = paramsFor('run', { basePath, adapterPath: first.adapterPath, outDir });
    const { sha256 } = await importAdapter(params);
    const from = { fromAdapterPath: join(outDir, fromAdapterFile), sha256 };
    const whole = await run('whole', from);
    expect(whole.losses[0]).toBe(first.losses[2]);
    expect(whole.losses[2]).not.toBe(whole.losses[0]);
    const paused = await run('resumed', from, (event, control) => {
      if (event.type === 'step' && event.metric.step === 1) control.pause();
    });
    expect(paused.outcome).toBe('paused');
    const resumed = await run('resumed', from);
    expect(resumed.outcome).toBe('succeeded');
    expect(await readFile(resumed.adapterPath)).toEqual(await readFile(whole.adapterPath));
    // What it writes is relative to the base alone: another run from it begins with its loss.
    const third = await importAdapter({ ...params, adapterPath: whole.adapterPath });
    const again = await run('third', { ...from, sha256: third.sha256 });
    expect(again.losses[0]).toBe(whole.losses[2]);
    await expect(run('changed', from)).rejects.toMatchObject({ code: 'MODEL_CHANGED' });
  });
});

describe('an adapter is refused, with the reason,', () => {
  beforeAll(async () => {
    await makeAdapter('base', {}, tinyRecipe({ rank: 4 }));
    await writeTinyModel(join(folder.path, 'wide.gguf'), { ...shape, feedForwardLength: 128 });
    await writeTinyModel(join(folder.path, 'deep.gguf'), { ...shape, layers: 3 });
    await writeTinyModel(join(folder.path, 'other.gguf'), { ...shape, architecture: 'qwen3' });
  });

  test.each([
    [
      'of other extents',
      { basePath: 'wide.gguf' },
      /ffn_\w+\.weight of the base is (64 x 128|128 x 64)/,
    ],
    ['that has not every block', { basePath: 'deep.gguf' }, /no factors of blk\.2\.\w+\.weight/],
    ['of another architecture', { basePath: 'other.gguf' }, /architecture llama, .* base of qwen3/],
    ['that is a whole model', { adapterPath: 'wide.gguf' }, /is a whole model and no adapter/],
  ])('%s', async (_, names, reason) => {
    const paths = Object.fromEntries(
      Object.entries(names).map(([key, name]) => [key, join(folder.path, name)]),
    );
    await expect(importAdapter(paramsFor('base', paths))).rejects.toMatchObject({
      code: 'ADAPTER_UNREADABLE',
      message: expect.stringMatching(reason),
    });
  });

  test.each([
    [{ use_dora: true }, /its use_dora is true/],
    [{ modules_to_save: ['lm_head'] }, /its modules_to_save is \["lm_head"\]/],
    [{ bias: 'all' }, /its bias is "all"/],
    [{ rank_pattern: { q_proj: 2 } }, /its rank_pattern is \{"q_proj":2\}/],
    [{ init_lora_weights: 'pissa_niter_4' }, /its init_lora_weights is "pissa_niter_4"/],
    [{ peft_type: 'LOHA' }, /its peft_type is LOHA, not LORA/],
    [{ lora_alpha: 'many' }, /no configuration of LoRA: .*lora_alpha/s],
    [{ lora_alpha: 0 }, /its rank is 4 and its alpha 0/],
  ])('whose adapter_config.json says %j', async (fields, reason) => {
    const adapterPath = await peftCopy('config', (config) => ({ ...config, ...fields }));
    await expect(importAdapter(paramsFor('base', { adapterPath }))).rejects.toMatchObject({
      code: 'ADAPTER_UNREADABLE',
      message: expect.stringMatching(reason),
    });
  });

  test.each([
    ['another module', 'lm_head', /lm_head\.lora_A\.weight, and a run trains linear layers/],
    ['a vision tower', 'vision_tower.encoder.layers.0.self_attn.q_proj', /vision_tower/],
  ])('whose safetensors hold %s', async (_, module, reason) => {
    const adapterPath = await peftCopy('tensors', undefined, (text) =>
      text.replace('model.layers.0.self_attn.q_proj.lora_A', `${module}.lora_A`),
    );
    await expect(importAdapter(paramsFor('base', { adapterPath }))).rejects.toMatchObject({
      code: 'ADAPTER_UNREADABLE',
      message: expect.stringMatching(reason),
    });
  });

  test.each([0, 4, 100, 9000])('whose safetensors end after %i bytes', async (length) => {
    const adapterPath = await peftCopy('cut', undefined, undefined, length);
    await expect(importAdapter(paramsFor('base', { adapterPath }))).rejects.toMatchObject({
      code: 'ADAPTER_UNREADABLE',
    });
  });

  test('that lacks one of the files of PEFT', async () => {
    const adapterPath = await peftCopy('lacking');
    await rm(join(adapterPath, 'adapter_model.safetensors'));
    await expect(importAdapter(paramsFor('base', { adapterPath }))).rejects.toMatchObject({
      code: 'ADAPTER_UNREADABLE',
      message: expect.stringMatching(/no file .*adapter_model\.safetensors\. PEFT saves/),
    });
  });

  test('of another base, unless a person allows it', async () => {
    const other = 'e'.repeat(64);
    const params = paramsFor('base', { adapterBaseSha256: other });
    await expect(importAdapter(params)).rejects.toMatchObject({
      code: 'ADAPTER_OTHER_BASE',
      data: { baseSha256, adapterBaseSha256: other },
    });
    const allowed = { ...params, otherBase: true };
    expect(await importAdapter(allowed)).toMatchObject({ adapterBaseSha256: other, rank: 4 });
    // What the file itself says goes before what the caller knows.
    const outPath = join(folder.path, 'exported.gguf');
    const { basePath, adapterPath: checkpointPath } = params;
    const forms = { kind: 'gguf', type: null, strength: 1, name: 'out' } as const;
    await exportCheckpoint(
      { basePath, baseSha256: other, checkpointPath, outPath, ...forms },
      idle,
    );
    expect((await readFile(outPath)).includes(adapterBaseKey)).toBe(true);
    const exported = paramsFor('base', { adapterPath: outPath });
    await expect(importAdapter(exported)).rejects.toMatchObject({ code: 'ADAPTER_OTHER_BASE' });
    const peft = paramsFor('base', { adapterPath: join(folder.path, 'base-peft') });
    expect(await importAdapter(peft)).toMatchObject({ adapterBaseSha256: baseSha256 });
    await expect(importAdapter({ ...peft, baseSha256: other })).rejects.toMatchObject({
      code: 'ADAPTER_OTHER_BASE',
    });
  });
});

/** A copy of the adapter for PEFT with another configuration, header, or end. */
async function peftCopy(
  name: string,
  changeConfig: (config: Record<string, unknown>) => object = (config) => config,
  changeHeader: (text: string) => string = (text) => text,
  length = Infinity,
): Promise<string> {
  const [from, to] = [join(folder.path, 'base-peft'), join(folder.path, `${name}-copy`)];
  await mkdir(to, { recursive: true });
  const config: Record<string, unknown> = JSON.parse(
    await readFile(join(from, 'adapter_config.json'), 'utf8'),
  );
  await writeFile(join(to, 'adapter_config.json'), JSON.stringify(changeConfig(config)));
  const bytes = await readFile(join(from, 'adapter_model.safetensors'));
  const end = 8 + Number(bytes.readBigUInt64LE(0));
  const header = Buffer.from(changeHeader(bytes.subarray(8, end).toString('utf8')));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(header.length));
  const whole = Buffer.concat([size, header, bytes.subarray(end)]);
  await writeFile(join(to, 'adapter_model.safetensors'), whole.subarray(0, length));
  return to;
}
