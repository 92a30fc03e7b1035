import { invalidGguf } from '../header/gguf-error.ts';
import { type GgufFile, getNumber, getString } from '../header/gguf-file.ts';
import type { GgufTensor } from '../header/read-tensors.ts';
import { tensorTypeName } from '../header/tensor-types.ts';

/** Types that ggml has no product for. */
const unusableTypes = ['I8', 'I16', 'I32', 'I64', 'F64', 'Q8_1', 'Q8_K'];

/**
 * Rejects a LoRA adapter that llama.cpp cannot apply to any model: an adapter type or scale that
 * is missing or no number, factors without their counterpart or of unlike ranks. Files of another
 * `general.type` pass.
 */
export function checkAdapter(file: Pick<GgufFile, 'metadata' | 'tensors'>): void {
  if (getString(file, 'general.type') !== 'adapter') return;
  const kind = getString(file, 'adapter.type');
  if (kind === undefined) throw invalidGguf('it is an adapter and names no "adapter.type"');
  if (kind !== 'lora') return;
  const alpha = getNumber(file, 'adapter.lora.alpha') ?? 0;
  if (!Number.isFinite(alpha)) throw invalidGguf(`"adapter.lora.alpha" is ${alpha}`);
  const invocation = file.metadata.get('adapter.alora.invocation_tokens');
  if (invocation && (invocation.type !== 'array' || invocation.elementType !== 'u32'))
    throw invalidGguf('"adapter.alora.invocation_tokens" is no array of u32');
  checkPairs(new Map(file.tensors.map((tensor) => [tensor.name, tensor])));
}

function checkPairs(tensors: ReadonlyMap<string, GgufTensor>): void {
  for (const tensor of tensors.values()) {
    const [, base, side] = /^(.*)\.lora_([ab])$/.exec(tensor.name) ?? [];
    if (base === undefined) {
      if (tensor.name.endsWith('_norm.weight')) continue;
      throw invalidGguf(`the tensor "${tensor.name}" is neither lora_a nor lora_b`);
    }
    if (unusableTypes.includes(tensorTypeName(tensor.type)))
      throw invalidGguf(
        `the tensor "${tensor.name}" is ${tensorTypeName(tensor.type)}, which has no product`,
      );
    const other = tensors.get(`${base}.lora_${side === 'a' ? 'b' : 'a'}`);
    if (!other) throw invalidGguf(`the tensor "${tensor.name}" has no counterpart`);
    if (side === 'a') requireEqualRanks(base, tensor, other);
  }
}

/** lora_a is [in, rank] and lora_b [rank, out]; for token embeddings A is stored transposed. */
function requireEqualRanks(base: string, a: GgufTensor, b: GgufTensor): void {
  const rank = (base.endsWith('token_embd.weight') ? a.ne[0] : a.ne[1]) ?? 1;
  const isAlike = a.ne.slice(2).join() === b.ne.slice(2).join();
  if (rank !== (b.ne[0] ?? 1) || !isAlike)
    throw invalidGguf(
      `the adapter of "${base}" has ${a.ne.join(' x ')} and ${b.ne.join(' x ')}, ` +
        'whose ranks differ',
    );
}
