import { join } from 'node:path';
import { type GgufFile, getString } from '../../gguf/header/gguf-file.ts';
import { readGguf } from '../../gguf/read-gguf.ts';
import { findTensorType, tensorTypeId, tensorTypeName } from '../../gguf/header/tensor-types.ts';
import { writeTinyModel, type TinyModelOptions } from '../../gguf/tiny/tiny-model.ts';
import { quantizeModel } from '../weights/quantize-model.ts';

/** What a tiny model takes over from a base. */
export interface BaseTraits {
  architecture: string;
  /** Element types of the matrices, sorted, as in `Q4_K+Q6_K`. */
  weightTypes: string;
  /** Types of every kind of matrix (`attn_q`, `output` …), in the order of the file. */
  types: ReadonlyMap<string, readonly string[]>;
  features: TinyModelOptions;
}

/** Shortest rows; types with larger blocks get rows of one block. */
const shortestRow = 64;
/** Shorter than the longest sample of the self-test, so that it hides something. */
const slidingWindow = 64;
const fewestLayers = 2;
const mostLayers = 4;

/** Reads what matters of a base; without one, a Llama model in F32. */
export async function traitsOf(basePath: string | undefined): Promise<BaseTraits> {
  if (basePath === undefined)
    return { architecture: 'llama', weightTypes: 'F32', types: new Map(), features: {} };
  const base = await readGguf(basePath);
  const types = typesByKind(base);
  return {
    architecture: getString(base, 'general.architecture') ?? 'llama',
    weightTypes: [...new Set([...types.values()].flat())].toSorted().join('+'),
    types,
    features: featuresOf(base),
  };
}

/**
 * Writes a tiny random model with the traits of a base into `folder` and returns its path. Where
 * the blocks of the base differ in type, as in files like Q4_K_M, the blocks of the tiny model go
 * through all types of each kind of matrix.
 */
export async function imitateBase(folder: string, traits: BaseTraits): Promise<string> {
  const { architecture, weightTypes, types, features } = traits;
  const all = weightTypes.split('+');
  const [fallback = 'F32'] = all;
  const blocks = all.map((name) => findTensorType(tensorTypeId(name))?.blockSize ?? 1);
  const rowLength = Math.max(shortestRow, ...blocks);
  const mostTypes = Math.max(fewestLayers, ...[...types.values()].map((list) => list.length));
  const exactPath = join(folder, 'exact.gguf');
  await writeTinyModel(exactPath, {
    architecture,
    embeddingLength: rowLength,
    feedForwardLength: rowLength,
    heads: 4,
    kvHeads: 2,
    layers: Math.min(mostLayers, mostTypes),
    ...features,
  });
  const path = join(folder, 'imitation.gguf');
  await quantizeModel(exactPath, path, (name) => {
    const { kind, block } = placeOf(name);
    const list = types.get(kind) ?? [fallback];
    return list[block % list.length] ?? fallback;
  });
  return path;
}

/** What makes the graph of a base different from that of a plain model of its architecture. */
function featuresOf({ tensors, metadata }: GgufFile): TinyModelOptions {
  const names = tensors.map(({ name }) => name);
  const window = [...metadata.keys()].some((key) => key.endsWith('.attention.sliding_window'));
  return {
    tiedHead: !names.includes('output.weight'),
    fusedProjections: names.some((name) => name.includes('attn_qkv')),
    biases: names.some((name) => name.endsWith('.bias')),
    ropeFactors: names
      .filter((name) => name.startsWith('rope_'))
      .map((name) => name.replace(/\.weight$/, '')),
    metadata: window ? { 'attention.sliding_window': slidingWindow } : {},
  };
}

/** Distinct types of every kind of matrix (`attn_q`, `output` …), in the order of the file. */
function typesByKind({ tensors }: GgufFile): Map<string, string[]> {
  const types = new Map<string, string[]>();
  for (const { name, ne, type } of tensors) {
    if ((ne[1] ?? 1) === 1) continue;
    const { kind } = placeOf(name);
    const known = types.get(kind) ?? [];
    const typeName = tensorTypeName(type);
    if (!known.includes(typeName)) types.set(kind, [...known, typeName]);
  }
  return types;
}

function placeOf(name: string): { kind: string; block: number } {
  const [, block = '0', kind = name] = /^(?:blk\.(\d+)\.)?(.+?)(?:\.weight)?$/.exec(name) ?? [];
  return { kind, block: Number(block) };
}
