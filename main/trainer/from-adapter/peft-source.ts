import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { InputFileError, readInputFile } from '../../input-files/input-file.ts';
import { hashSchema } from '../../../shared/domain/stored-value.ts';
import { adapterBaseKey } from '../../gguf/model/adapter-base.ts';
import type { GgufFile } from '../../gguf/header/gguf-file.ts';
import { fromHfOrder, ggufWeightOf } from '../export/peft-adapter.ts';
import { unusable, type AdapterSource, type SourceTensor } from './adapter-source.ts';
import { openSafetensors, type SafeTensor } from './safetensors.ts';

const configFile = 'adapter_config.json';
const weightsFile = 'adapter_model.safetensors';
const templateFile = 'chat_template.jinja';
const mostConfigBytes = 1024 * 1024;

const configSchema = z.object({
  peft_type: z.string(),
  lora_alpha: z.number(),
  use_rslora: z.boolean().nullish(),
});

/** Settings of PEFT that are more than B · A beside frozen linear layers, and what to leave them at. */
const refused: readonly { key: string; isPlain: (value: unknown) => boolean }[] = [
  { key: 'use_dora', isPlain: (value) => !value },
  { key: 'modules_to_save', isPlain: isEmpty },
  { key: 'bias', isPlain: (value) => value === 'none' || value == null },
  { key: 'lora_bias', isPlain: (value) => !value },
  { key: 'fan_in_fan_out', isPlain: (value) => !value },
  { key: 'rank_pattern', isPlain: isEmpty },
  { key: 'alpha_pattern', isPlain: isEmpty },
  { key: 'layer_replication', isPlain: isEmpty },
  { key: 'trainable_token_indices', isPlain: isEmpty },
  { key: 'target_parameters', isPlain: isEmpty },
  {
    // These begin by changing the base, so their factors do not belong to the base as it is.
    key: 'init_lora_weights',
    isPlain: (value) => typeof value !== 'string' || !/^(pissa|olora|loftq|corda)/i.test(value),
  },
];

function isEmpty(value: unknown): boolean {
  return value == null || (typeof value === 'object' && Object.keys(value).length === 0);
}

/** The folder of an adapter of PEFT that a path names, or undefined for one of another form. */
export async function peftFolder(path: string): Promise<string | undefined> {
  const isFolder = await stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
  if (isFolder) return path;
  return /[\\/](adapter_model\.safetensors|adapter_config\.json)$/.test(path)
    ? dirname(path)
    : undefined;
}

/**
 * An adapter as PEFT saves it, for a base in GGUF: the inverse of `writePeftAdapter`. Throws
 * ADAPTER_UNREADABLE for settings that a run of ours does not have, each by its name.
 */
export async function openPeftAdapter(folder: string, base: GgufFile): Promise<AdapterSource> {
  try {
    return await openFolder(folder, base);
  } catch (error) {
    if (!(error instanceof InputFileError)) throw error;
    const needed = `PEFT saves ${configFile} and ${weightsFile}; a file of another ending has to be saved anew`;
    throw unusable(folder, `${error.message}. ${needed}.`);
  }
}

async function openFolder(folder: string, base: GgufFile): Promise<AdapterSource> {
  const { alpha, isRankStable } = await readConfig(join(folder, configFile));
  const path = join(folder, weightsFile);
  const weights = await openSafetensors(path);
  try {
    return {
      path,
      scaleOf: (rank) => alpha / (isRankStable ? Math.sqrt(rank) : rank),
      baseSha256: hashSchema.safeParse(weights.metadata[adapterBaseKey]).data ?? null,
      chatTemplate: await readTemplate(join(folder, templateFile)),
      tensors: toGgufTensors(path, weights.tensors, base),
      [Symbol.asyncDispose]: () => weights[Symbol.asyncDispose](),
    };
  } catch (error) {
    await weights[Symbol.asyncDispose]();
    throw error;
  }
}

/** Beside an adapter there is one where a tokenizer was saved with it. */
async function readTemplate(path: string): Promise<string | undefined> {
  try {
    return (await readInputFile(path, mostConfigBytes)).toString('utf8');
  } catch (error) {
    if (error instanceof InputFileError && error.code === 'FILE_NOT_FOUND') return undefined;
    throw error;
  }
}

async function readConfig(path: string): Promise<{ alpha: number; isRankStable: boolean }> {
  const text = (await readInputFile(path, mostConfigBytes)).toString('utf8');
  const config = parseConfig(path, text);
  const parsed = configSchema.safeParse(config);
  if (!parsed.success)
    throw unusable(path, `it is no configuration of LoRA: ${z.prettifyError(parsed.error)}`);
  const { peft_type: kind, lora_alpha: alpha, use_rslora: isRankStable } = parsed.data;
  if (kind !== 'LORA') throw unusable(path, `its peft_type is ${kind}, not LORA.`);
  for (const { key, isPlain } of refused)
    if (!isPlain(config[key]))
      throw unusable(
        path,
        `its ${key} is ${JSON.stringify(config[key])}, which a run does not train.`,
      );
  return { alpha, isRankStable: isRankStable === true };
}

function parseConfig(path: string, text: string): Record<string, unknown> {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  } catch {
    throw unusable(path, 'it is no JSON object.');
  }
}

function toGgufTensors(
  path: string,
  tensors: readonly SafeTensor[],
  base: GgufFile,
): Map<string, SourceTensor> {
  const result = new Map<string, SourceTensor>();
  for (const { name, shape, read } of tensors) {
    const [, module = '', side = ''] =
      /^base_model\.model\.(.+)\.lora_([AB])(?:\.\w+)?\.weight$/.exec(name) ?? [];
    const weight = ggufWeightOf(module, base);
    if (weight === undefined)
      throw unusable(path, `it has ${name}, and a run trains linear layers of blocks alone.`);
    const factor = `${weight}.lora_${side.toLowerCase()}`;
    // Our own exports of Gemma 3 hold every factor twice, for both classes that load it.
    if (result.has(factor)) continue;
    const ne = shape.toReversed();
    const [rank = 1] = ne;
    const readInOrder = async () => fromHfOrder(weight, { b: await read(), rank }, base);
    result.set(factor, { ne, read: side === 'B' ? readInOrder : read });
  }
  return result;
}
