import type { GgufEntry, TensorToWrite } from '../../gguf/write/gguf-content.ts';
import { tensorTypeId } from '../../gguf/header/tensor-types.ts';
import { writeGguf } from '../../gguf/write/write-gguf.ts';
import { type BytePairVocabulary, learnVocabulary } from './byte-pair-encoding.ts';
import { seededChance } from './chance.ts';
import { factsOf, type Country } from '../../headless/demo/countries.ts';
import { corpusLines } from './corpus.ts';
import { answerTo, questionsOn } from './sample-project.ts';

/** Shape of Atlas: 3.0 million parameters. */
const shape = { width: 192, layers: 4, heads: 6, feedForward: 576, context: 256 } as const;

const normalToken = 1;
const controlToken = 3;
const unusedToken = 5;

/** The id of the token in front of and behind every text. */
export const endOfText = ({ tokens }: BytePairVocabulary): number => tokens.length;

/**
 * Writes Atlas before it has learned anything: a Llama model with random weights (F32) and its
 * tokenizer, without a chat template, because it is a base model. Equal seeds give equal files.
 */
export async function writeBlankModel(
  path: string,
  vocabulary: BytePairVocabulary,
  seed: number,
): Promise<{ sizeBytes: number; sha256: string }> {
  return await writeGguf(path, {
    metadata: [...shapeEntries(), ...tokenizerEntries(vocabulary)],
    tensors: randomTensors(seed),
  });
}

const u32 = (name: string, value: number): GgufEntry => ({
  key: `llama.${name}`,
  type: 'u32',
  value,
});

function shapeEntries(): GgufEntry[] {
  return [
    { key: 'general.architecture', type: 'string', value: 'llama' },
    { key: 'general.name', type: 'string', value: 'Atlas' },
    { key: 'general.license', type: 'string', value: 'odbl' },
    { key: 'general.file_type', type: 'u32', value: 0 },
    u32('context_length', shape.context),
    u32('embedding_length', shape.width),
    u32('block_count', shape.layers),
    u32('feed_forward_length', shape.feedForward),
    u32('attention.head_count', shape.heads),
    u32('attention.head_count_kv', shape.heads),
    { key: 'llama.attention.layer_norm_rms_epsilon', type: 'f32', value: 1e-5 },
    u32('rope.dimension_count', shape.width / shape.heads),
    { key: 'llama.rope.freq_base', type: 'f32', value: 10_000 },
    u32('vocab_size', vocabularySize),
  ];
}

const key = (name: string) => `tokenizer.ggml.${name}`;

function tokenizerEntries(vocabulary: BytePairVocabulary): GgufEntry[] {
  const end = endOfText(vocabulary);
  const reserved = Array.from(
    { length: vocabularySize - end - 1 },
    (_, index) => `<|reserved${index}|>`,
  );
  const tokens = [...vocabulary.tokens, '<|endoftext|>', ...reserved];
  const types = tokens.map((_, id) => {
    if (id < end) return normalToken;
    return id === end ? controlToken : unusedToken;
  });
  return [
    { key: key('model'), type: 'string', value: 'gpt2' },
    // GPT-2's rule under a name for which llama.cpp keeps the space in front of ".fr" and "'s".
    { key: key('pre'), type: 'string', value: 'trillion' },
    { key: key('tokens'), type: 'array', elementType: 'string', value: tokens },
    { key: key('token_type'), type: 'array', elementType: 'i32', value: types },
    {
      key: key('merges'),
      type: 'array',
      elementType: 'string',
      value: vocabulary.merges.map((pair) => pair.join(' ')),
    },
    { key: key('bos_token_id'), type: 'u32', value: end },
    { key: key('eos_token_id'), type: 'u32', value: end },
    { key: key('add_bos_token'), type: 'bool', value: true },
  ];
}

function randomTensors(seed: number): TensorToWrite[] {
  const { width, layers, feedForward } = shape;
  const normal = normalNumbers(seed);
  const norm = (name: string) => floats(name, [width], () => 1);
  const matrix = (
    name: string,
    rowLength: number,
    rows: number,
    scale = 1 / Math.sqrt(rowLength),
  ) => floats(name, [rowLength, rows], () => normal() * scale);
  // What a block adds to its input has to stay small: there are two such sums per layer.
  const intoStream = (rowLength: number) => 1 / Math.sqrt(rowLength * 2 * layers);
  const block = (name: string) => [
    norm(`${name}.attn_norm.weight`),
    matrix(`${name}.attn_q.weight`, width, width),
    matrix(`${name}.attn_k.weight`, width, width),
    matrix(`${name}.attn_v.weight`, width, width),
    matrix(`${name}.attn_output.weight`, width, width, intoStream(width)),
    norm(`${name}.ffn_norm.weight`),
    matrix(`${name}.ffn_gate.weight`, width, feedForward),
    matrix(`${name}.ffn_up.weight`, width, feedForward),
    matrix(`${name}.ffn_down.weight`, feedForward, width, intoStream(feedForward)),
  ];
  return [
    matrix('token_embd.weight', width, vocabularySize, 0.1),
    norm('output_norm.weight'),
    matrix('output.weight', width, vocabularySize, 0.02),
    ...Array.from({ length: layers }, (_, index) => block(`blk.${index}`)).flat(),
  ];
}

function floats(name: string, ne: number[], next: () => number): TensorToWrite {
  const count = ne.reduce((product, length) => product * length, 1);
  const values = new Float32Array(count);
  for (let index = 0; index < count; index++) values[index] = next();
  return { name, ne, type: tensorTypeId('F32'), data: new Uint8Array(values.buffer) };
}

/** Normal numbers (Box and Muller). */
function normalNumbers(seed: number): () => number {
  const chance = seededChance(seed);
  return () =>
    Math.sqrt(-2 * Math.log(1 - chance.uniform())) * Math.cos(2 * Math.PI * chance.uniform());
}

/** Tokens of Atlas: what is learned, the end of a text, and reserved ones up to a multiple of 32. */
const vocabularySize = 2816;
/** Learned tokens at most; the corpus has a few words less. */
const learnedTokens = 2812;
const corpusShare = 40_000;
const corpusSeed = 1;

/**
 * The vocabulary in which every word of the corpus is one token. The words of questions are among
 * them, but no question is ever trained on: the base model has to meet them for the first time.
 */
export function atlasVocabulary(countries: readonly Country[]): BytePairVocabulary {
  const questions = countries
    .flatMap(factsOf)
    .flatMap((fact) => [...questionsOn(fact), answerTo(fact)]);
  const corpus = corpusLines(countries, corpusSeed);
  const lines = Array.from({ length: corpusShare }, () => corpus.next().value);
  return learnVocabulary([...lines, ...questions], learnedTokens);
}
