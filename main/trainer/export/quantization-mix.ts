import type { ExportType } from '../../../shared/domain/export.ts';
import type { GgufTensor } from '../../gguf/header/read-tensors.ts';
import { findTensorType, tensorTypeId } from '../../gguf/header/tensor-types.ts';
import { elementType } from '../device/tensor.ts';

/** Types of a mixture: of most matrices, of those that get more bits, of fused projections. */
interface Mix {
  most: string;
  more: string;
  fused: string;
}

/** As `llama-quantize` mixes them (llama-quant.cpp of llama.cpp, without a matrix of importance). */
const mixes: Partial<Record<ExportType, Mix>> = {
  Q4_K_M: { most: 'Q4_K', more: 'Q6_K', fused: 'Q5_K' },
  Q5_K_M: { most: 'Q5_K', more: 'Q6_K', fused: 'Q6_K' },
  Q6_K: { most: 'Q6_K', more: 'Q6_K', fused: 'Q6_K' },
};

/** What takes the place of a type whose blocks do not fill the rows of a matrix. */
const fallbacks: Readonly<Record<string, string>> = { Q4_K: 'Q5_0', Q5_K: 'Q5_1', Q6_K: 'Q8_0' };

/**
 * The ggml id of the type of each tensor of a model in `type`, by name. Vectors stay F32, matrices
 * whose rows fill no whole blocks of any of the types become F16.
 */
export function typesOf(tensors: readonly GgufTensor[], type: ExportType): Map<string, number> {
  const mix = mixes[type];
  const layers = new Set(tensors.flatMap(({ name }) => layerOf(name)?.layer ?? [])).size;
  const isTied = !tensors.some(({ name }) => name === 'output.weight');
  const wanted = (name: string) => (mix ? mixedType(name, mix, { layers, isTied }) : type);
  return new Map(tensors.map((tensor) => [tensor.name, fitting(tensor, wanted(tensor.name))]));
}

function mixedType(
  name: string,
  { most, more, fused }: Mix,
  { layers, isTied }: { layers: number; isTied: boolean },
): string {
  if (name === (isTied ? 'token_embd.weight' : 'output.weight')) return 'Q6_K';
  const { layer = 0, kind } = layerOf(name) ?? {};
  if (kind === 'attn_qkv') return fused;
  const isDelicate = kind === 'attn_v' || kind === 'ffn_down';
  return isDelicate && getsMoreBits(layer, layers) ? more : most;
}

/** The first and the last eighth of the layers, and each third one between them. */
function getsMoreBits(layer: number, layers: number): boolean {
  const eighth = Math.floor(layers / 8);
  return layer < eighth || layer >= Math.floor((7 * layers) / 8) || (layer - eighth) % 3 === 2;
}

function layerOf(name: string): { layer: number; kind: string } | undefined {
  const [, layer, kind] = /^blk\.(\d+)\.(\w+)\.weight$/.exec(name) ?? [];
  return layer === undefined || kind === undefined ? undefined : { layer: Number(layer), kind };
}

function fitting({ ne }: GgufTensor, wanted: string): number {
  if (ne.length < 2 || (ne[1] ?? 1) === 1) return elementType.f32;
  const fits = (name: string) =>
    (ne[0] ?? 1) % (findTensorType(tensorTypeId(name))?.blockSize ?? 1) === 0;
  const type = fits(wanted) ? wanted : fallbacks[wanted];
  return type !== undefined && fits(type) ? tensorTypeId(type) : elementType.f16;
}
