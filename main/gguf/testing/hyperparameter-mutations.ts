import { type Draw, type Mutation, ofTensor, pick } from './mutation.ts';
import { array, entry, f32, type RawGguf, text, u32, u64 } from './raw-gguf.ts';

/** The text of a string entry. */
const textOf = (raw: RawGguf, key: string) =>
  raw.entries
    .find((found) => found.key === key)
    ?.value.subarray(8)
    .toString();

const isAdapter = (raw: RawGguf) => textOf(raw, 'general.type') === 'adapter';

/** Puts an entry in place of the one with its key, or at the end. */
function put(raw: RawGguf, value: RawGguf['entries'][number]): void {
  raw.entries = [...raw.entries.filter(({ key }) => key !== value.key), value];
}

/** Sets a hyperparameter of a llama model to a value out of its range. */
const outOfRange = (key: string, values: readonly number[]): Mutation => ({
  problem: `${key} out of range`,
  message: new RegExp(key.replaceAll('.', '\\.')),
  apply: (raw, draw) => {
    if (!isModel(raw)) return false;
    put(raw, entry(`llama.${key}`, 4, u32(pick(values, draw) ?? 0)));
    return true;
  },
});

/** Sets a real hyperparameter to a value out of its range, or to no number. */
const unreal = (key: string, values: readonly number[]): Mutation => ({
  problem: `${key} infinite, no number or out of range`,
  message: new RegExp(`"llama\\.${key.replaceAll('.', '\\.')}" is`),
  apply: (raw, draw) => {
    if (!isModel(raw)) return false;
    const value = pick([...unrealNumbers, ...values], draw) ?? Number.NaN;
    put(raw, entry(`llama.${key}`, 6, f32(value)));
    return true;
  },
});

/** Whether the file has all hyperparameters of a llama model. */
const isModel = (raw: RawGguf) => raw.entries.some(({ key }) => key === 'llama.embedding_length');

const wholeNumbers = ['block_count', 'context_length', 'embedding_length', 'rope.dimension_count'];
const generalTexts = ['general.architecture', 'general.type', 'general.name', 'tokenizer.ggml.pre'];
const truthValues = ['add_bos_token', 'add_eos_token', 'add_space_prefix'];

const ofOtherTypes: Mutation[] = [
  {
    problem: 'a number that llama.cpp reads, of another type',
    message: /"llama\.[a-z_.]+" has the type/,
    apply: (raw, draw) => {
      if (textOf(raw, 'general.architecture') !== 'llama') return false;
      const typeId = pick([5, 6, 10, 11, 12], draw) ?? 5;
      const value = typeId < 10 ? u32(1) : u64(1n);
      put(raw, entry(`llama.${pick(wholeNumbers, draw)}`, typeId, value));
      return true;
    },
  },
  {
    problem: 'a text that llama.cpp reads, of another type',
    message: /"[a-z_.]+" has the type/,
    apply: (raw, draw) => {
      const key = pick(generalTexts, draw) ?? '';
      put(raw, draw(2) === 0 ? entry(key, 4, u32(1)) : array(key, 8, text('llama')));
      return true;
    },
  },
  {
    problem: 'a truth value that llama.cpp reads, of another type',
    message: /"tokenizer\.ggml\.\w+" has the type/,
    apply: (raw, draw) => {
      put(raw, entry(`tokenizer.ggml.${pick(truthValues, draw)}`, draw(2), Buffer.from([1])));
      return true;
    },
  },
  {
    problem: 'the file type as text or as u64, on which llama.cpp aborts',
    message: /"general\.file_type" has the type/,
    apply: (raw, draw) => {
      const key = 'general.file_type';
      put(raw, draw(2) === 0 ? entry(key, 8, text('F16')) : entry(key, 10, u64(BigInt(draw(30)))));
      return true;
    },
  },
];

const ofLayers: Mutation[] = [
  {
    problem: 'values per layer for another number of layers',
    message: /"mixed\.[a-z_.]+" has \d+ entries for 2 layers/,
    apply: (raw, draw) => {
      if (textOf(raw, 'general.architecture') !== 'mixed') return false;
      const key = pick(['attention.head_count', 'feed_forward_length', 'expert_used_count'], draw);
      const length = pick([0, 1, 3, 513], draw) ?? 0;
      put(raw, array(`mixed.${key}`, 4, ...Array.from({ length }, () => u32(2))));
      return true;
    },
  },
  {
    problem: 'experts that cannot be used or grouped',
    message: /"expert_(used|group|group_used)_count" is/,
    apply: (raw, draw) => {
      if (textOf(raw, 'general.architecture') !== 'mixed') return false;
      const [key, value] = pick(impossibleExperts, draw) ?? ['expert_count', 0];
      put(raw, entry(`mixed.${key}`, 4, u32(value)));
      return true;
    },
  },
];

/** For eight experts in four groups of which two are used. */
const impossibleExperts: readonly [string, number][] = [
  ['expert_used_count', 0],
  ['expert_used_count', 9],
  ['expert_used_count', 1024],
  ['expert_group_count', 3],
  ['expert_group_count', 5],
  ['expert_group_count', 8],
  ['expert_group_used_count', 0],
  ['expert_group_used_count', 4],
  ['expert_count', 0],
];

const unrealNumbers = [Number.NaN, Infinity, -Infinity];

const changeAdapter = (
  problem: string,
  message: RegExp,
  change: (raw: RawGguf, draw: Draw) => void,
): Mutation => ({
  problem,
  message,
  apply: (raw, draw) => {
    if (isAdapter(raw)) change(raw, draw);
    return isAdapter(raw);
  },
});

/** As long as F32. */
const int32Type = 26;

const isFactor = (name: Buffer) => /\.lora_[ab]$/.test(name.toString());

const ofAdapters: Mutation[] = [
  changeAdapter('an adapter of no kind', /names no "adapter\.type"/, (raw) => {
    raw.entries = raw.entries.filter(({ key }) => key !== 'adapter.type');
  }),
  changeAdapter(
    'an alpha of another type, on which llama.cpp aborts',
    /"adapter\.lora\.alpha" has/,
    (raw, draw) => {
      const typeId = pick([4, 5, 10, 11, 12], draw) ?? 4;
      put(raw, entry('adapter.lora.alpha', typeId, Buffer.alloc(typeId < 10 ? 4 : 8)));
    },
  ),
  changeAdapter('an alpha that is no finite number', /"adapter\.lora\.alpha" is/, (raw, draw) => {
    put(raw, entry('adapter.lora.alpha', 6, f32(pick(unrealNumbers, draw) ?? 0)));
  }),
  ofTensor(
    'a factor without its counterpart',
    /"[^"]+\.lora_[ab]" has no counterpart/,
    (tensor, draw, raw) => {
      if (!isAdapter(raw) || !isFactor(tensor.name)) return false;
      tensor.name = Buffer.from(`blk.${draw(1000)}.other.weight.lora_${'ab'[draw(2)]}`);
      return true;
    },
  ),
  ofTensor(
    'a tensor that is no factor',
    /"[^"]+" (is neither lora_a nor lora_b|has no counterpart)/,
    (tensor, draw, raw) => {
      if (!isAdapter(raw)) return false;
      tensor.name = Buffer.from(`blk.${draw(1000)}.attn_q.weight`);
      return true;
    },
  ),
  changeAdapter('factors of unlike ranks', /"[^"]+" has .* whose ranks differ/, (raw, draw) => {
    const factors = raw.tensors.filter(({ name }) => name.toString().endsWith('lora_a'));
    const factor = pick(factors, draw);
    const [first = 1n, second = 1n] = factor?.ne ?? [];
    // The same bytes in another shape, so that only the rank is wrong.
    if (factor) factor.ne = [first * 2n, second / 2n];
  }),
  ofTensor(
    'a factor of a type without a product',
    /"[^"]+" is \w+, which has no product/,
    (tensor, _draw, raw) => {
      if (!isAdapter(raw) || !isFactor(tensor.name) || tensor.type !== 0) return false;
      tensor.type = int32Type;
      return true;
    },
  ),
];

/** Ways to break what a model or an adapter says about itself. */
export const hyperparameterMutations: readonly Mutation[] = [
  outOfRange('block_count', [0, 513, 10_000, 2 ** 31, 2 ** 32 - 1]),
  outOfRange('context_length', [0, 2 ** 31, 2 ** 32 - 1]),
  outOfRange('embedding_length', [0, 2 ** 20 + 1, 2 ** 31]),
  outOfRange('feed_forward_length', [0, 2 ** 24 + 1, 2 ** 32 - 1]),
  outOfRange('attention.head_count', [0, 512, 2 ** 16 + 1, 2 ** 31]),
  outOfRange('attention.head_count_kv', [0, 3, 2 ** 16 + 1, 2 ** 31]),
  outOfRange('attention.key_length', [0, 2 ** 16 + 1, 2 ** 32 - 1]),
  outOfRange('attention.value_length', [0, 2 ** 16 + 1, 2 ** 32 - 1]),
  outOfRange('rope.dimension_count', [1, 7, 1000, 2 ** 16 + 1]),
  outOfRange('vocab_size', [0, 2 ** 22 + 1, 2 ** 32 - 1]),
  outOfRange('expert_count', [1025, 2 ** 31]),
  outOfRange('expert_used_count', [1, 8, 2 ** 31]),
  outOfRange('nextn_predict_layers', [2, 513, 2 ** 32 - 1]),
  unreal('attention.layer_norm_rms_epsilon', [-1e-5, 2]),
  unreal('attention.layer_norm_epsilon', [-1e-5, 2]),
  unreal('rope.freq_base', [0, -10_000]),
  unreal('rope.scaling.factor', [-1, -1e9]),
  {
    problem: 'a rope scaling that there is not, on which llama.cpp aborts',
    message: /rope scaling type is/,
    apply: (raw, draw) => {
      if (!isModel(raw)) return false;
      put(raw, entry('llama.rope.scaling.type', 8, text(`warp ${draw(1000)}`)));
      return true;
    },
  },
  ...ofOtherTypes,
  ...ofLayers,
  ...ofAdapters,
];
