import koffi from 'koffi';
import { InferenceError } from '../engines/protocol/errors.ts';
import { callAsync } from './bind-functions.ts';
import type { LlamaWeights } from './llama-weights.ts';
import type { LlamaContextPtr, MemoryPtr } from './llama-symbols.ts';
import { SequenceBatch, type TokenEntry } from './sequence-batch.ts';

// GGML_TYPE_F32, LLAMA_FLASH_ATTN_TYPE_DISABLED
const exactAttention = { type_k: 0, type_v: 0, flash_attn_type: 0 };

/** Size and threads of a context. */
export interface SequenceContextOptions {
  /** Most tokens of one sequence, prompt and answer together. */
  tokensPerSequence: number;
  /** Two at least, so that none is ever computed alone. */
  sequences: number;
  /** Most tokens of one call of `decode`. */
  batchTokens: number;
  /** Most logits that one call of `decode` gives: rows, one for each token that wants them. */
  outputs: number;
  threads: number;
  /**
   * `fast` is what node-llama-cpp takes. `exact` keeps keys and values in F32 and does without flash
   * attention, whose rounding depends on how a prompt was cut: by up to 2e-4 in a probability.
   */
  attention: 'fast' | 'exact';
}

/** Sequences of one model, each with a key-value cache of its own, decoded side by side. */
export class SequenceContext {
  readonly #weights: LlamaWeights;
  readonly #pointer: LlamaContextPtr;
  readonly #memory: MemoryPtr;
  readonly #batch: SequenceBatch;
  /** How many there are. */
  readonly sequences: number;

  private constructor(
    weights: LlamaWeights,
    pointer: LlamaContextPtr,
    { batchTokens, sequences }: SequenceContextOptions,
  ) {
    this.sequences = sequences;
    this.#weights = weights;
    this.#pointer = pointer;
    this.#memory = weights.llama.llama_get_memory(pointer);
    this.#batch = new SequenceBatch(batchTokens);
  }

  /** Throws CONTEXT_FAILED where llama.cpp cannot make it. */
  static async create(
    weights: LlamaWeights,
    options: SequenceContextOptions,
  ): Promise<SequenceContext> {
    const { llama } = weights;
    const pointer = await callAsync(llama.llama_init_from_model, weights.pointer, {
      ...llama.llama_context_default_params(),
      n_ctx: options.tokensPerSequence * options.sequences,
      n_batch: options.batchTokens,
      n_ubatch: options.batchTokens,
      n_seq_max: options.sequences,
      // llama.cpp aborts where there are fewer than sequences.
      n_outputs_max: Math.max(options.outputs, options.sequences),
      n_threads: options.threads,
      n_threads_batch: options.threads,
      swa_full: false,
      ...(options.attention === 'exact' && exactAttention),
    });
    if (pointer === null)
      throw new InferenceError('CONTEXT_FAILED', 'llama.cpp cannot create a context');
    return new SequenceContext(weights, pointer, options);
  }

  /** Lets an adapter act on all sequences. */
  async applyAdapter(path: string, strength: number): Promise<void> {
    await this.#weights.applyAdapter(this.#pointer, path, strength);
  }

  /**
   * Evaluates tokens, at most one of a sequence where logits are wanted. The rows are those of the
   * entries that want logits, in their order: views of native memory that the next call overwrites.
   */
  async decode(entries: readonly TokenEntry[]): Promise<Float32Array[]> {
    const { llama, vocabularySize } = this.#weights;
    const result = await callAsync(llama.llama_decode, this.#pointer, this.#batch.fill(entries));
    if (result !== 0)
      throw new InferenceError('CONTEXT_FAILED', `llama.cpp cannot decode a batch (${result})`);
    const rows = entries.filter(({ wantsLogits }) => wantsLogits).length;
    // On a GPU logits arrive later than the call returns.
    llama.llama_synchronize(this.#pointer);
    const address = rows === 0 ? null : llama.llama_get_logits(this.#pointer);
    if (address === null) return [];
    const bytes = rows * vocabularySize * Float32Array.BYTES_PER_ELEMENT;
    const all = new Float32Array(koffi.view(address, bytes));
    return Array.from({ length: rows }, (_, row) =>
      all.subarray(row * vocabularySize, (row + 1) * vocabularySize),
    );
  }

  /**
   * Evaluates the next token of some sequences, never one alone: llama.cpp multiplies a single token by
   * a matrix with other code than many, which rounds otherwise where weights are not quantized. So no
   * logit depends on how many there are. A sequence that is alone has an empty one behind it.
   */
  async decodeStep(entries: readonly TokenEntry[]): Promise<Float32Array[]> {
    const [only, ...others] = entries;
    if (!only || others.length > 0) return await this.decode(entries);
    const companion = { ...only, sequence: only.sequence + 1, position: 0, wantsLogits: false };
    const rows = await this.decode([only, companion]);
    this.forget(companion.sequence);
    return rows;
  }

  /** Forgets a sequence from a position on: all of it without one. */
  forget(sequence: number, from = 0): void {
    this.#weights.llama.llama_memory_seq_rm(this.#memory, sequence, from, -1);
  }

  /** Gives an empty sequence all that another one holds. */
  copy(from: number, to: number): void {
    this.#weights.llama.llama_memory_seq_cp(this.#memory, from, to, -1, -1);
  }

  dispose(): void {
    this.#weights.llama.llama_free(this.#pointer);
  }
}
