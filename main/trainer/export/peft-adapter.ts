import { join } from 'node:path';
import { adapterBaseKey } from '../../gguf/model/adapter-base.ts';
import { chatTemplateKey } from '../../gguf/model/chat-template.ts';
import { getNumber, getString, type GgufFile } from '../../gguf/header/gguf-file.ts';
import { TrainerError } from '../../engines/protocol/errors.ts';
import type { ModelFile } from '../weights/model-file.ts';
import { type LoraFactors, readFactors } from './lora-factors.ts';
import { writeSynced } from '../checkpoint/atomic-folder.ts';

/** A tensor of 32-bit floats in the order of PyTorch: the last extent runs fastest. */
interface FloatTensor {
  name: string;
  shape: number[];
  values: Float32Array;
}

/**
 * Writes an adapter as PEFT loads it: `adapter_model.safetensors` and `adapter_config.json`, with
 * `chat_template.jinja` where it was trained with another template than the base's. The
 * strength goes into `lora_alpha`, since PEFT multiplies by alpha / r.
 */
export async function writePeftAdapter(
  folder: string,
  { base, baseSha256, checkpoint }: { base: ModelFile; baseSha256: string; checkpoint: ModelFile },
  strength: number,
): Promise<string[]> {
  const factors = await readFactors(checkpoint);
  const architecture = getString(base.header, 'general.architecture') ?? '';
  const modules = [...factors].map(([name, factor]) => ({
    ...hfModule(name, architecture),
    factor: { ...factor, b: inHfOrder(name, factor, base) },
  }));
  const [first] = factors.values();
  if (!first) throw new TrainerError('EXPORT_REFUSED', 'The adapter has no factors to export.');
  const targets = targetModules(modules, architecture);
  const config = peftConfig(targets, { base, first, strength });
  const roots = layerRoots(architecture);
  const weights = encodeSafetensors(
    roots.flatMap((root) => modules.flatMap((module) => toTensors(root, module))),
    // PEFT has no place for the hash of a base, and leaves alone what it does not know here.
    { format: 'pt', [adapterBaseKey]: baseSha256 },
  );
  await writeSynced(join(folder, 'adapter_model.safetensors'), weights);
  await writeSynced(join(folder, 'adapter_config.json'), `${JSON.stringify(config, null, 2)}\n`);
  const files = ['adapter_model.safetensors', 'adapter_config.json'];
  const chatTemplate = getString(checkpoint.header, chatTemplateKey);
  if (chatTemplate === undefined) return files;
  // Where transformers looks for it; the base's tokenizer has another.
  await writeSynced(join(folder, 'chat_template.jinja'), chatTemplate);
  return [...files, 'chat_template.jinja'];
}

/** `lora_A` is [rank, in] and `lora_B` [out, rank] in PyTorch's order: the bytes of GGUF as they are. */
function toTensors(
  root: string,
  { path, factor }: { path: string; factor: LoraFactors },
): FloatTensor[] {
  const { rank, a, b } = factor;
  const name = `base_model.model.${root}.${path}`;
  return [
    { name: `${name}.lora_A.weight`, shape: [rank, a.length / rank], values: a },
    { name: `${name}.lora_B.weight`, shape: [b.length / rank, rank], values: b },
  ];
}

type FactorB = Pick<LoraFactors, 'b' | 'rank'>;

function inHfOrder(name: string, { b, rank }: FactorB, { header }: ModelFile): Float32Array {
  const heads = permutedHeads(name, header);
  return heads === undefined ? b : reorderRows({ b, rank }, heads, 'toHf');
}

/** A `lora_b` of transformers with its rows in the order of GGUF: the inverse of what is exported. */
export function fromHfOrder(name: string, { b, rank }: FactorB, header: GgufFile): Float32Array {
  const heads = permutedHeads(name, header);
  return heads === undefined ? b : reorderRows({ b, rank }, heads, 'toGguf');
}

/** Heads of a projection whose rows llama.cpp puts into another order; undefined for others. */
function permutedHeads(name: string, header: GgufFile): number | undefined {
  const isQuery = name.endsWith('.attn_q.weight');
  const isPermuted = isQuery || name.endsWith('.attn_k.weight');
  if (!isPermuted || getString(header, 'general.architecture') !== 'llama') return undefined;
  const queryHeads = getNumber(header, 'llama.attention.head_count') ?? 1;
  return isQuery ? queryHeads : (getNumber(header, 'llama.attention.head_count_kv') ?? queryHeads);
}

function peftConfig(
  targets: readonly string[] | string,
  { base, first, strength }: { base: ModelFile; first: LoraFactors; strength: number },
) {
  return {
    peft_type: 'LORA',
    task_type: 'CAUSAL_LM',
    base_model_name_or_path: getString(base.header, 'general.name') ?? null,
    r: first.rank,
    lora_alpha: first.scale * first.rank * strength,
    lora_dropout: 0,
    target_modules: targets,
    bias: 'none',
    fan_in_fan_out: false,
    use_rslora: false,
    inference_mode: true,
  };
}

/** The bytes of a safetensors file: length of the header, header in JSON, tensors back to back. */
function encodeSafetensors(
  tensors: readonly FloatTensor[],
  metadata: Record<string, string>,
): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let offset = 0;
  for (const { name, shape, values } of tensors) {
    const end = offset + values.byteLength;
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, end] };
    offset = end;
  }
  const json = Buffer.from(JSON.stringify(header));
  // The data begins at a multiple of 8, filled with spaces as the format asks for.
  const padding = Buffer.alloc((8 - (json.length % 8)) % 8, ' ');
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length + padding.length));
  const data = tensors.map(
    ({ values }) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
  );
  return Buffer.concat([length, json, padding, ...data]);
}

/** Modules of Hugging Face transformers by the kind of layer that a GGUF name tells. */
const modules: Record<string, string> = {
  attn_q: 'self_attn.q_proj',
  attn_k: 'self_attn.k_proj',
  attn_v: 'self_attn.v_proj',
  attn_qkv: 'self_attn.qkv_proj',
  attn_output: 'self_attn.o_proj',
  ffn_gate: 'mlp.gate_proj',
  ffn_up: 'mlp.up_proj',
  ffn_down: 'mlp.down_proj',
};

/**
 * What holds the layers in the classes that transformers loads an architecture as. Gemma 3 comes as
 * `Gemma3ForCausalLM` and, with its vision tower, as `Gemma3ForConditionalGeneration`: a GGUF does
 * not tell which, PEFT takes the names that fit and leaves the others.
 */
const layerRoots = (architecture: string): readonly string[] =>
  architecture === 'gemma3' ? ['model', 'model.language_model'] : ['model'];

/** Last names of the modules; of Gemma 3 an expression, since its vision tower has the same ones. */
function targetModules(
  modules: readonly HfModule[],
  architecture: string,
): readonly string[] | string {
  const names = [...new Set(modules.map(({ name }) => name))].toSorted();
  if (architecture !== 'gemma3') return names;
  return `(?:.*\\.)?(?:model|language_model)\\.layers\\.\\d+\\.(?:self_attn|mlp)\\.(?:${names.join('|')})`;
}

/** A weight in a transformers model. */
export interface HfModule {
  /** As in `layers.3.self_attn.q_proj`, under what holds the layers. */
  path: string;
  /** Its last name, which `target_modules` lists. */
  name: string;
}

/**
 * The module that a GGUF weight `blk.N.*.weight` was converted from. The upper projection of phi3
 * holds gate and up in both formats, under another name. Throws EXPORT_REFUSED for other tensors.
 */
function hfModule(tensorName: string, architecture: string): HfModule {
  const [, layer, kind = ''] = /^blk\.(\d+)\.(\w+)\.weight$/.exec(tensorName) ?? [];
  const isGateUp = architecture === 'phi3' && kind === 'ffn_up';
  const module = isGateUp ? 'mlp.gate_up_proj' : modules[kind];
  if (layer === undefined || module === undefined)
    throw new TrainerError(
      'EXPORT_REFUSED',
      `${tensorName} has no known name in PEFT: export the adapter as GGUF or merge it.`,
    );
  return { path: `layers.${layer}.${module}`, name: module.split('.')[1] ?? module };
}

/** What holds the layers in every class that transformers loads a model of language as, old ones too. */
const knownRoots = ['model', 'model.language_model', 'language_model.model'];

/**
 * The GGUF weight that a module of transformers, as in `model.layers.3.self_attn.q_proj`, becomes;
 * undefined for what a run does not train, such as the head or a vision tower.
 */
export function ggufWeightOf(module: string, header: GgufFile): string | undefined {
  const [, root = '', layer, path] = /^(.+)\.layers\.(\d+)\.(\w+\.\w+)$/.exec(module) ?? [];
  if (layer === undefined || !knownRoots.includes(root)) return undefined;
  const isPhi3 = getString(header, 'general.architecture') === 'phi3';
  if (isPhi3 && path === 'mlp.gate_up_proj') return `blk.${layer}.ffn_up.weight`;
  const kind = Object.keys(modules).find((one) => modules[one] === path);
  return kind === undefined ? undefined : `blk.${layer}.${kind}.weight`;
}

/**
 * Puts the rows of a `lora_b` [rank, out] of a query or key projection into the order of
 * transformers, or back. llama.cpp interleaves the two halves of each head of llama models when it converts
 * them (`LlamaModel.permute`): row 2i + p of a head was row p · D/2 + i.
 */
function reorderRows(
  { b, rank }: FactorB,
  heads: number,
  direction: 'toHf' | 'toGguf',
): Float32Array {
  const rows = b.length / rank;
  const headLength = rows / heads;
  const half = headLength / 2;
  const result = new Float32Array(b.length);
  for (let row = 0; row < rows; row++) {
    const inHead = row % headLength;
    const original = row - inHead + (inHead % 2) * half + (inHead >> 1);
    const [from, to] = direction === 'toHf' ? [row, original] : [original, row];
    result.set(b.subarray(from * rank, (from + 1) * rank), to * rank);
  }
  return result;
}
