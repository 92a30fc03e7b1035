import type { TokenEntry } from '../../native/sequence-batch.ts';
import type { SequenceContext } from '../../native/sequence-context.ts';

/** Tokens that are evaluated behind others, and what is told of them. */
export interface PrefixedPrompt {
  tokens: readonly number[];
  onLogits: (logits: Float32Array) => void;
}

/** Sequences that hold beginnings: of all prompts, of some of those, and so on. */
export const beginnings = 4;
/** Fewer tokens in common are sooner evaluated again than copied. */
const leastCommon = 16;

/**
 * Evaluates prompts up to the logits behind their last token. What several begin with is evaluated
 * once and copied: the rubric, then a prompt, then an answer that stands first in several pairs. What
 * is left of each goes side by side with others.
 */
export class PrefixEvaluator {
  readonly #context: SequenceContext;
  readonly #batchTokens: number;
  readonly #sideBySide: number;
  readonly #signal: AbortSignal;

  /** The context has `sequences`: those for beginnings, and one for each prompt side by side. */
  constructor(
    context: SequenceContext,
    options: { batchTokens: number; sequences: number; signal: AbortSignal },
  ) {
    this.#context = context;
    this.#batchTokens = options.batchTokens;
    this.#sideBySide = options.sequences - beginnings;
    this.#signal = options.signal;
  }

  /** A cancel leaves the rest out. */
  async evaluate(prompts: readonly PrefixedPrompt[]): Promise<void> {
    await this.#evaluateFrom(prompts, 0, 0);
  }

  /** Prompts whose first `from` tokens are equal and in the sequence before `level`. */
  async #evaluateFrom(
    prompts: readonly PrefixedPrompt[],
    level: number,
    from: number,
  ): Promise<void> {
    const start = commonStart(prompts);
    this.#context.forget(level);
    if (level > 0) this.#context.copy(level - 1, level);
    await this.#evaluateTokens(level, prompts[0]?.tokens.slice(from, start) ?? [], from);
    const single: PrefixedPrompt[] = [];
    const alike = ({ tokens }: PrefixedPrompt) => tokens.slice(start, start + leastCommon).join();
    for (const group of Map.groupBy(prompts, alike).values()) {
      if (this.#signal.aborted) return;
      const hasMore = group.length > 1 && group.length < prompts.length;
      if (hasMore && level + 1 < beginnings) await this.#evaluateFrom(group, level + 1, start);
      else single.push(...group);
    }
    for (let at = 0; at < single.length && !this.#signal.aborted; at += this.#sideBySide)
      await this.#evaluateRests(single.slice(at, at + this.#sideBySide), level, start);
  }

  /** The rests of a few prompts; the last tokens of all of them are one batch. */
  async #evaluateRests(
    prompts: readonly PrefixedPrompt[],
    level: number,
    start: number,
  ): Promise<void> {
    const share = Math.floor(this.#batchTokens / prompts.length);
    const entries: TokenEntry[] = [];
    for (const [index, { tokens }] of prompts.entries()) {
      const sequence = beginnings + index;
      this.#context.forget(sequence);
      this.#context.copy(level, sequence);
      const last = Math.max(start, tokens.length - share);
      await this.#evaluateTokens(sequence, tokens.slice(start, last), start);
      for (let position = last; position < tokens.length; position++)
        entries.push({
          token: tokens[position] ?? 0,
          position,
          sequence,
          wantsLogits: position === tokens.length - 1,
        });
    }
    if (this.#signal.aborted) return;
    const rows = await this.#context.decode(entries);
    for (const [index, { onLogits }] of prompts.entries()) {
      const logits = rows[index];
      if (logits) onLogits(logits);
    }
  }

  async #evaluateTokens(sequence: number, tokens: readonly number[], from: number): Promise<void> {
    for (let start = 0; start < tokens.length && !this.#signal.aborted; start += this.#batchTokens)
      await this.#context.decode(
        tokens.slice(start, start + this.#batchTokens).map((token, index) => ({
          token,
          position: from + start + index,
          sequence,
          wantsLogits: false,
        })),
      );
  }
}

/** How many tokens all prompts begin with; each keeps one at least, behind which logits are read. */
function commonStart(prompts: readonly PrefixedPrompt[]): number {
  const [first, ...others] = prompts;
  if (!first) return 0;
  let length = first.tokens.length - 1;
  for (const { tokens } of others) {
    length = Math.min(length, tokens.length - 1);
    let at = 0;
    while (at < length && tokens[at] === first.tokens[at]) at += 1;
    length = at;
  }
  return length;
}
