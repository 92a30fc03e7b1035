import { trainedArchitectures, requireRowLengths } from './check-attention-shape.ts';
import { invalidGguf } from '../header/gguf-error.ts';
import { type GgufFile, getString } from '../header/gguf-file.ts';
import type { GgufTensor } from '../header/read-tensors.ts';
import { StringTable } from '../header/string-table.ts';
import { tensorTypeName } from '../header/tensor-types.ts';

/** Types that ggml stores and has no product for. */
const typesWithoutProduct = ['I8', 'I16', 'I32', 'I64', 'F64', 'Q8_1', 'Q8_K'];

/** Without one of them the library plans for a weight of no elements, and aborts. */
const neededKeys = [
  'context_length',
  'embedding_length',
  'block_count',
  'feed_forward_length',
  'attention.head_count',
];

/** ggml maps weights into memory only from addresses that are multiples of this. */
const mappedAlignment = 32;

/**
 * Rejects a valid model that llama.cpp aborts on while it tokenizes a text or evaluates it. Throws a
 * `GgufError`.
 */
export function requireRunnable(file: GgufFile): void {
  requireTokenizer(file);
  const architecture = getString(file, 'general.architecture') ?? '';
  if (!trainedArchitectures.includes(architecture) || file.tensors.length === 0) return;
  for (const key of neededKeys) {
    const value = file.metadata.get(`${architecture}.${key}`)?.value;
    if (value === undefined || value === 0)
      throw invalidGguf(`"${architecture}.${key}" is missing, which sets the shape of weights`);
  }
  requireRowLengths(file, architecture);
  file.tensors.forEach(requireUsableType);
}

/** Whether all weights can be mapped into memory; else they have to be read. */
export const isMappable = ({ tensors }: GgufFile): boolean =>
  tensors.every(({ offsetBytes }) => offsetBytes % mappedAlignment === 0);

function requireTokenizer({ metadata }: GgufFile): void {
  const model = getString({ metadata }, 'tokenizer.ggml.model');
  const tokens = metadata.get('tokenizer.ggml.tokens');
  if (model === undefined || tokens?.type !== 'array')
    throw invalidGguf('it has no tokenizer, so no text can be given to it');
  if (model !== 'llama' || !(tokens.value instanceof StringTable)) return;
  const byte = missingByte(tokens.value);
  if (byte !== undefined)
    throw invalidGguf(
      `its vocabulary of sentence pieces has no token for the byte ${byte}, so llama.cpp would ` +
        'abort on texts with characters that are no token',
    );
}

function requireUsableType({ name, ne, type }: GgufTensor): void {
  const typeName = tensorTypeName(type);
  const isVector = ne.length === 1 || /(_norm\.weight|\.bias)$/.test(name);
  if (isVector && typeName !== 'F32')
    throw invalidGguf(`the tensor "${name}" is a vector of ${typeName}, which must be F32`);
  if (typesWithoutProduct.includes(typeName))
    throw invalidGguf(`the tensor "${name}" is ${typeName}, which ggml has no product for`);
}

/**
 * The first byte that a vocabulary of sentence pieces has no token for: neither `<0x41>` in upper
 * case nor the byte itself. Undefined when it has all 256.
 */
function missingByte(tokens: StringTable): number | undefined {
  const found = new Uint8Array(256);
  for (let index = 0; index < tokens.length; index++) {
    const start = tokens.startOf(index);
    const length = tokens.endOf(index) - start;
    if (length === 1) found[tokens.bytes[start] ?? 0] = 1;
    if (length !== 6) continue;
    const [, hex] = /^<0x([0-9A-F]{2})>$/.exec(tokens.at(index)) ?? [];
    if (hex !== undefined) found[Number.parseInt(hex, 16)] = 1;
  }
  const byte = found.indexOf(0);
  return byte < 0 ? undefined : byte;
}
