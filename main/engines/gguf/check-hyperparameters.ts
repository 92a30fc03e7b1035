import { invalidGguf } from './gguf-error.ts';
import { getNumber, getString } from './metadata.ts';
import type { GgufFile } from './gguf-file.ts';

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
  ['rope.dimension_count', 0, 2 ** 16],
  ['vocab_size', 1, 2 ** 22],
  ['expert_count', 0, maxExperts],
  ['expert_used_count', 0, maxExperts],
  ['nextn_predict_layers', 0, maxLayers],
];

const ropeScalingTypes = ['none', 'linear', 'yarn', 'longrope'];

type Header = Pick<GgufFile, 'metadata' | 'tensors'>;

/**
 * Rejects hyperparameters on which llama.cpp aborts or divides by zero while it loads the file.
 * Files without tensors (vocabularies) are loaded without them and pass.
 */
export function checkHyperparameters(file: Header): void {
  const architecture = getString(file, 'general.architecture');
  if (architecture === undefined || file.tensors.length === 0) return;
  const read = (key: string) => scalar(file, `${architecture}.${key}`);
  for (const [key, lowest, highest] of ranges) {
    const value = read(key);
    if (value === undefined) continue;
    if (!Number.isInteger(value) || value < lowest || value > highest)
      throw invalidGguf(
        `"${architecture}.${key}" is ${value}, allowed are ${lowest} to ${highest}`,
      );
  }
  checkRatios(read);
  const scaling = getString(file, `${architecture}.rope.scaling.type`);
  if (scaling !== undefined && !ropeScalingTypes.includes(scaling))
    throw invalidGguf(
      `the rope scaling type is "${scaling}", known are ${ropeScalingTypes.join(', ')}`,
    );
}

function checkRatios(read: (key: string) => number | undefined): void {
  const heads = read('attention.head_count');
  const kvHeads = read('attention.head_count_kv');
  if (heads && kvHeads && heads % kvHeads !== 0)
    throw invalidGguf(`${heads} attention heads are no multiple of ${kvHeads} key-value heads`);
  const width = read('embedding_length');
  if (heads && width && heads > width)
    throw invalidGguf(`${heads} attention heads are more than the ${width} embedding dimensions`);
  const experts = read('expert_count') ?? 0;
  const used = read('expert_used_count') ?? 0;
  if (used > experts || (experts > 0 && used === 0))
    throw invalidGguf(`${used} of ${experts} experts are used`);
  const predicted = read('nextn_predict_layers') ?? 0;
  if (predicted > (read('block_count') ?? maxLayers))
    throw invalidGguf(`${predicted} prediction layers are more than there are layers`);
}

/** Some architectures have an array of one value per layer; llama.cpp checks its length. */
function scalar(file: Header, key: string): number | undefined {
  return file.metadata.get(key)?.type === 'array' ? undefined : getNumber(file, key);
}
