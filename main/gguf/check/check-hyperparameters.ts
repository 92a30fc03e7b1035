import { checkHeadShape, trainedArchitectures } from './check-attention-shape.ts';
import { invalidGguf } from '../header/gguf-error.ts';
import { getNumber, getString, type GgufFile } from '../header/gguf-file.ts';

/** `LLAMA_MAX_LAYERS` and `LLAMA_MAX_EXPERTS` of llama.cpp, which aborts above them. */
const maxLayers = 512;
const maxExperts = 1024;

/** Ranges of whole numbers, by key below the architecture. */
const ranges: [key: string, lowest: number, highest: number][] = [
  ['block_count', 1, maxLayers],
  ['context_length', 1, 2 ** 31 - 1],
  ['embedding_length', 1, 2 ** 20],
  ['feed_forward_length', 0, 2 ** 24],
  ['attention.head_count', 0, 2 ** 16],
  ['attention.head_count_kv', 0, 2 ** 16],
  ['attention.key_length', 1, 2 ** 16],
  ['attention.value_length', 1, 2 ** 16],
  ['attention.sliding_window', 0, 2 ** 31 - 1],
  ['rope.dimension_count', 0, 2 ** 16],
  ['vocab_size', 1, 2 ** 22],
  ['expert_count', 0, maxExperts],
  ['expert_used_count', 0, maxExperts],
  ['expert_group_count', 0, maxExperts],
  ['nextn_predict_layers', 0, maxLayers],
];

/** Ranges of real numbers. Zero is a normalization without epsilon, or no scaling. */
const realRanges: [key: string, lowest: number, highest: number][] = [
  ['attention.layer_norm_epsilon', 0, 1],
  ['attention.layer_norm_rms_epsilon', 0, 1],
  ['rope.freq_base', Number.MIN_VALUE, 1e30],
  ['rope.freq_base_swa', Number.MIN_VALUE, 1e30],
  ['rope.scaling.factor', 0, 1e9],
  ['rope.scale_linear', 0, 1e9],
];

const ropeScalingTypes = ['none', 'linear', 'yarn', 'longrope'];

type Header = Pick<GgufFile, 'metadata' | 'tensors'>;

/**
 * Rejects hyperparameters on which llama.cpp aborts or divides by zero while it loads or runs the
 * model. Files without tensors (vocabularies) and adapters are loaded without them and pass.
 */
export function checkHyperparameters(file: Header): void {
  const architecture = getString(file, 'general.architecture');
  if (architecture === undefined || architecture === 'clip' || file.tensors.length === 0) return;
  if (getString(file, 'general.type') === 'adapter') return;
  requireFinite(file, architecture);
  const layers = scalar(file, `${architecture}.block_count`);
  for (const [key, ...range] of ranges)
    for (const value of perLayer(file, `${architecture}.${key}`, layers))
      requireRange(`${architecture}.${key}`, value, range, Number.isInteger(value));
  for (const [key, ...range] of realRanges)
    for (const value of perLayer(file, `${architecture}.${key}`, undefined))
      requireRange(`${architecture}.${key}`, value, range, true);
  const read = (key: string) => scalar(file, `${architecture}.${key}`);
  checkRatios(read);
  const used = perLayer(file, `${architecture}.expert_used_count`, layers);
  checkExperts(Math.max(0, ...used), read);
  if (trainedArchitectures.includes(architecture)) checkHeadShape(read);
  requireKnownScaling(getString(file, `${architecture}.rope.scaling.type`));
}

function requireRange(
  key: string,
  value: number,
  [lowest, highest]: readonly [number, number],
  isRightKind: boolean,
): void {
  if (isRightKind && value >= lowest && value <= highest) return;
  throw invalidGguf(`"${key}" is ${value}, allowed are ${lowest} to ${highest}`);
}

/** One value, or one per layer in an array of that length. */
function perLayer(file: Header, key: string, layers: number | undefined): number[] {
  const entry = file.metadata.get(key);
  if (entry?.type !== 'array') {
    const value = getNumber(file, key);
    return value === undefined ? [] : [value];
  }
  if (layers !== undefined && entry.value.length !== layers)
    throw invalidGguf(`"${key}" has ${entry.value.length} entries for ${layers} layers`);
  return entry.elementType === 'string' ? [] : Array.from(entry.value, Number);
}

/** No number that the architecture reads may be infinite or not a number. */
function requireFinite(file: Header, architecture: string): void {
  for (const [key, entry] of file.metadata) {
    if ((entry.type !== 'f32' && entry.type !== 'f64') || !key.startsWith(`${architecture}.`))
      continue;
    if (!Number.isFinite(entry.value)) throw invalidGguf(`"${key}" is ${entry.value}`);
  }
}

function checkRatios(read: (key: string) => number | undefined): void {
  const heads = read('attention.head_count');
  const kvHeads = read('attention.head_count_kv');
  if (heads && kvHeads && heads % kvHeads !== 0)
    throw invalidGguf(
      `"attention.head_count" is ${heads}, no multiple of ${kvHeads} ("attention.head_count_kv")`,
    );
  const width = read('embedding_length');
  if (heads && width && heads > width)
    throw invalidGguf(`"attention.head_count" is ${heads}, more than the ${width} dimensions`);
  const predicted = read('nextn_predict_layers') ?? 0;
  if (predicted > (read('block_count') ?? maxLayers))
    throw invalidGguf(`"nextn_predict_layers" is ${predicted}, more than there are layers`);
}

/** The assertions on experts of llama-model.cpp. */
function checkExperts(used: number, read: (key: string) => number | undefined): void {
  const experts = read('expert_count') ?? 0;
  if (used > experts || (experts > 0 && used === 0))
    throw invalidGguf(`"expert_used_count" is ${used} of ${experts} experts`);
  const groups = read('expert_group_count') ?? 0;
  const usedGroups = read('expert_group_used_count') ?? 0;
  if (groups === 0) return;
  if (groups >= experts || experts % groups !== 0)
    throw invalidGguf(`"expert_group_count" is ${groups} for ${experts} experts`);
  if (groups > 1 && (usedGroups < 1 || usedGroups >= groups))
    throw invalidGguf(`"expert_group_used_count" is ${usedGroups} of ${groups} groups`);
}

function requireKnownScaling(scaling: string | undefined): void {
  if (scaling !== undefined && !ropeScalingTypes.includes(scaling))
    throw invalidGguf(
      `the rope scaling type is "${scaling}", known are ${ropeScalingTypes.join(', ')}`,
    );
}

const scalar = (file: Header, key: string): number | undefined =>
  file.metadata.get(key)?.type === 'array' ? undefined : getNumber(file, key);
