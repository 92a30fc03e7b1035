import { GgufError } from '../../gguf/header/gguf-error.ts';
import { getString, type GgufFile } from '../../gguf/header/gguf-file.ts';
import { readGguf } from '../../gguf/read-gguf.ts';
import type { GgufTensor } from '../../gguf/header/read-tensors.ts';
import { requireRunnable } from '../../gguf/check/require-runnable.ts';
import { InferenceError } from '../../engines/protocol/errors.ts';

/** Reads the header of a model file; native code must never see a file this refuses. */
export async function checkModelFile(path: string): Promise<GgufFile> {
  const file = await readHeader(path, 'MODEL_UNREADABLE');
  if (getString(file, 'general.type') === 'adapter')
    throw new InferenceError(
      'MODEL_UNREADABLE',
      `${path} is a LoRA adapter, not a model: choose the base model and give this file as adapter.`,
      { path },
    );
  if (getString(file, 'general.architecture') === undefined)
    throw new InferenceError('MODEL_UNREADABLE', `${path} names no general.architecture.`, {
      path,
    });
  try {
    requireRunnable(file);
  } catch (error) {
    throw coded(path, 'MODEL_UNREADABLE', error);
  }
  return file;
}

/** Reads the header of a LoRA adapter and checks that it was made for this base model. */
export async function checkAdapterFile(path: string, base: GgufFile): Promise<GgufFile> {
  const file = await readHeader(path, 'ADAPTER_UNREADABLE');
  const [made, needed] = [file, base].map((header) => getString(header, 'general.architecture'));
  const isAdapter = getString(file, 'general.type') === 'adapter';
  if (!isAdapter || made !== needed || getString(file, 'adapter.type') !== 'lora')
    throw new InferenceError(
      'ADAPTER_UNREADABLE',
      `${path} is no LoRA adapter for this model: its general.type is ` +
        `"${getString(file, 'general.type') ?? 'missing'}", its adapter.type ` +
        `"${getString(file, 'adapter.type') ?? 'missing'}" and its architecture "${made ?? 'missing'}", ` +
        `needed are "adapter", "lora" and "${needed}".`,
      { path },
    );
  requireSameShapes(path, file, base);
  return file;
}

/** A factor with more matrices than the weight it changes would stop the process. */
function requireSameShapes(path: string, adapter: GgufFile, base: GgufFile): void {
  const weights = new Map(base.tensors.map((tensor) => [tensor.name, tensor]));
  if (!weights.has('output.weight')) requireNoEmbeddings(path, adapter);
  for (const factor of adapter.tensors) {
    const [, name, side] = /^(.*)\.lora_([ab])$/.exec(factor.name) ?? [];
    if (name === undefined) continue;
    const weight = weights.get(name);
    if (weight && fits(factor, weight, side)) continue;
    throw new InferenceError(
      'ADAPTER_UNREADABLE',
      `${path} was made for another model: its tensor ${factor.name} is ${factor.ne.join(' x ')}, ` +
        (weight ? `and ${name} is ${weight.ne.join(' x ')}.` : `and the model has no ${name}.`),
      { path },
    );
  }
}

/** llama.cpp takes the adapter of a shared embedding for one of the head, and its shapes misfit. */
function requireNoEmbeddings(path: string, adapter: GgufFile): void {
  if (!adapter.tensors.some(({ name }) => name.startsWith('token_embd.weight.lora_'))) return;
  throw new InferenceError(
    'ADAPTER_UNREADABLE',
    `${path} changes token embeddings, and the model uses them as its head as well: llama.cpp ` +
      'cannot apply that. Merge the adapter into the model where it was trained.',
    { path },
  );
}

/** lora_a is [in, rank, ...], lora_b [rank, out, ...]; of token embeddings [rank, tokens], [rank, width]. */
function fits(factor: GgufTensor, weight: GgufTensor, side: string | undefined): boolean {
  const [inputs = 1, outputs = 1, ...matrices] = weight.ne;
  const [first = 1, second = 1, ...others] = factor.ne;
  const longer = Math.max(matrices.length, others.length);
  for (let at = 0; at < longer; at++) if ((matrices[at] ?? 1) !== (others[at] ?? 1)) return false;
  if (weight.name.endsWith('token_embd.weight'))
    return second === (side === 'a' ? outputs : inputs);
  return side === 'a' ? first === inputs : second === outputs;
}

type UnreadableCode = 'MODEL_UNREADABLE' | 'ADAPTER_UNREADABLE';

async function readHeader(path: string, code: UnreadableCode): Promise<GgufFile> {
  try {
    return await readGguf(path);
  } catch (error) {
    throw coded(path, code, error);
  }
}

function coded(path: string, code: UnreadableCode, error: unknown): unknown {
  if (!(error instanceof GgufError)) return error;
  if (error.code === 'GGUF_UNREADABLE')
    return new InferenceError('MODEL_NOT_THERE', error.message, { path });
  return new InferenceError(code, error.message, { path, reason: error.code });
}
