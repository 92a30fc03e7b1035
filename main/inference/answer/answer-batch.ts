import type { LlamaModel, Token } from 'node-llama-cpp';
import type { SequenceContext } from '../../native/sequence-context.ts';
import type { Answer } from '../../engines/protocol/inference.ts';
import { type AnswerListener, type Question, TextStream } from './answer-prompt.ts';
import { promptChunks } from './prompt-chunks.ts';
import { StopText } from './stop-text.ts';
import { TokenSampler } from './token-sampler.ts';
import type { TokenizedPrompt } from '../model/vocabulary.ts';

/** What a batch of answers is made with. */
export interface AnswerBatchOptions {
  context: SequenceContext;
  /** Answers side by side; the context has as many sequences at least. */
  sequences: number;
  /** Tells texts and ends; its weights are not needed. */
  model: LlamaModel;
  tokensPerSequence: number;
  promptChunkTokens: number;
  /**
   * Tokens that all prompts begin with, up to a cut: evaluated once, in the last sequence of the
   * context, which is one more than the answers need. 0 where each prompt is evaluated by itself.
   */
  sharedTokens: number;
}

/** An answer that is being made in one sequence. */
interface Running<Key> {
  key: Key;
  sampler: TokenSampler;
  stream: TextStream;
  stopping: StopText;
  promptTokens: number;
  outputTokens: number;
  maxTokens: number;
  /** The token that is evaluated next. */
  token: Token;
  startedMs: number;
}

/**
 * Answers questions side by side. Prompts are evaluated alone, in chunks of their own, and answers
 * one token of each at a time, two at least: so no sum depends on a neighbour. Running answers fill
 * the sequences from 0 on without a gap, because llama.cpp computes only neighbours as one batch.
 */
export class AnswerBatch<Key> {
  readonly #options: AnswerBatchOptions;
  readonly #listener: AnswerListener;
  /** By sequence; what is missing is free. */
  readonly #running: (Running<Key> | undefined)[] = [];
  #holdsShared = false;

  constructor(options: AnswerBatchOptions, listener: AnswerListener) {
    this.#options = options;
    this.#listener = listener;
  }

  /** Complete answers as they come; a cancel ends it and drops the others. */
  async *answers(
    questions: Iterable<[Key, Question]>,
  ): AsyncGenerator<[Key, Omit<Answer, 'identity'>], void> {
    const { signal } = this.#listener;
    const waiting = questions[Symbol.iterator]();
    while (!signal.aborted) {
      await this.#fill(waiting);
      if (signal.aborted || this.#running.length === 0) return;
      yield* await this.#step();
    }
  }

  /** New answers take free sequences; when there are none, the last sequences close the gaps. */
  async #fill(waiting: Iterator<[Key, Question]>): Promise<void> {
    for (let sequence = 0; sequence < this.#options.sequences; sequence++) {
      if (this.#running[sequence] !== undefined) continue;
      const next = waiting.next();
      if (next.done === true) {
        this.#closeGaps();
        return;
      }
      await this.#start(sequence, ...next.value);
      if (this.#listener.signal.aborted) return;
    }
  }

  /** Evaluates all of a prompt but its last token: sampling starts behind that. */
  async #start(sequence: number, key: Key, { prompt, sampling }: Question): Promise<void> {
    const { model, sharedTokens, tokensPerSequence } = this.#options;
    const startedMs = performance.now();
    const { tokens, opening, stop } = prompt;
    if (sharedTokens > 0) await this.#copyShared(sequence, prompt);
    await this.#evaluate(sequence, prompt, { from: sharedTokens });
    if (this.#listener.signal.aborted) return;
    const [token] = tokens.slice(-1);
    if (token === undefined) throw new RangeError('A prompt has at least one token');
    this.#running[sequence] = {
      key,
      sampler: new TokenSampler(sampling),
      stream: new TextStream(model, opening),
      stopping: new StopText(stop),
      promptTokens: tokens.length,
      outputTokens: 0,
      maxTokens: Math.min(sampling.maxTokens, tokensPerSequence - tokens.length),
      token,
      startedMs,
    };
  }

  /** What all prompts begin with is taken from the sequence that holds it. */
  async #copyShared(sequence: number, prompt: TokenizedPrompt): Promise<void> {
    const { context, sharedTokens } = this.#options;
    const holder = context.sequences - 1;
    if (!this.#holdsShared) await this.#evaluate(holder, prompt, { to: sharedTokens });
    this.#holdsShared = true;
    context.copy(holder, sequence);
  }

  /** Evaluates what lies between two cuts of a prompt, until a cancel. */
  async #evaluate(
    sequence: number,
    prompt: TokenizedPrompt,
    part: { from?: number; to?: number },
  ): Promise<void> {
    const { context, promptChunkTokens } = this.#options;
    let position = part.from ?? 0;
    for (const chunk of promptChunks(prompt, promptChunkTokens, part)) {
      const start = position;
      await context.decode(
        chunk.map((token, index) => ({
          token,
          position: start + index,
          sequence,
          wantsLogits: false,
        })),
      );
      position += chunk.length;
      if (this.#listener.signal.aborted) return;
    }
  }

  /** One more token of every answer; gives those that it ends. */
  async #step(): Promise<[Key, Omit<Answer, 'identity'>][]> {
    const { context } = this.#options;
    const running = [...this.#running.entries()].flatMap(([sequence, answer]) =>
      answer ? [{ sequence, answer }] : [],
    );
    const entries = running.map(({ sequence, answer: { token, promptTokens, outputTokens } }) => ({
      token,
      position: promptTokens + outputTokens - 1,
      sequence,
      wantsLogits: true,
    }));
    const rows = await context.decodeStep(entries);
    return running.flatMap(({ sequence, answer }, row): [Key, Omit<Answer, 'identity'>][] => {
      const finish = this.#advance(answer, rows[row]);
      if (finish === undefined) return [];
      this.#running[sequence] = undefined;
      context.forget(sequence);
      return [[answer.key, this.#complete(answer, finish)]];
    });
  }

  #advance(answer: Running<Key>, logits: Float32Array | undefined): 'stop' | 'length' | undefined {
    if (logits === undefined) throw new Error('A sequence has no logits');
    const token = answer.sampler.next(logits);
    if (!isToken(token)) throw new Error(`${token} is no token`);
    if (this.#options.model.isEogToken(token)) return 'stop';
    answer.token = token;
    answer.outputTokens += 1;
    this.#listener.onToken(answer.stopping.push(answer.stream.push(token)));
    if (answer.stopping.isFound) return 'stop';
    return answer.outputTokens >= answer.maxTokens ? 'length' : undefined;
  }

  #complete(answer: Running<Key>, finish: 'stop' | 'length'): Omit<Answer, 'identity'> {
    const { stream, stopping, promptTokens, outputTokens, startedMs } = answer;
    stopping.push(stream.flush());
    stopping.flush();
    const durationMs = Math.round(performance.now() - startedMs);
    return { output: stopping.text, finish, promptTokens, outputTokens, durationMs };
  }

  /** The last answers move into sequences that are free. */
  #closeGaps(): void {
    const { context } = this.#options;
    for (let gap = 0; gap < this.#running.length; gap++) {
      while (this.#running.length > 0 && this.#running.at(-1) === undefined) this.#running.pop();
      if (gap >= this.#running.length || this.#running[gap] !== undefined) continue;
      const last = this.#running.pop();
      context.copy(this.#running.length, gap);
      context.forget(this.#running.length);
      this.#running[gap] = last;
    }
  }
}

const isToken = (value: number): value is Token => Number.isInteger(value);
