import { formatBytes } from '../../../shared/text/numbers.ts';
import { setImmediate } from 'node:timers/promises';
import type { Message } from '../../../shared/domain/message.ts';
import type { RenderOptions } from '../../../shared/template/render-conversation.ts';
import { TemplateError } from '../../../shared/template/template-error.ts';
import type { Segment } from '../../../shared/template/turn-segments.ts';
import { EngineProcess, EngineRequestError } from '../../engines/engine-process.ts';
import { templateErrors } from '../../engines/protocol/errors.ts';
import type { Rendered, RenderOrder, TemplateRequests } from '../../engines/protocol/templates.ts';

/** What a template may use; an honest one takes milliseconds and a few megabytes. */
const templateBudget = { renderMs: 5000, heapMegabytes: 512 };
/** Beyond the time that the process gives itself: this is for what it cannot interrupt. */
const silenceMs = 3000;
/** Our own thread may have been busy while an answer lay waiting. */
const secondLookMs = 1000;
/** What travels at once: orders of one template, so few characters that they leave room to work. */
const mostOrders = 64;
const mostCharacters = 2_000_000;

// Compiled code lies in the same folder with the extension .js.
const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';

interface Waiting {
  template: string;
  order: RenderOrder;
  resolve: (segments: Segment[]) => void;
  reject: (error: unknown) => void;
}

/**
 * Runs the templates of models, which are programs of strangers, in a process of their own: one
 * that takes too long or too much memory ends there, is refused, and nobody else notices.
 */
export class TemplateRenderer implements Disposable {
  readonly #budget: typeof templateBudget;
  #process: EngineProcess<TemplateRequests> | undefined;
  #waiting: Waiting[] = [];
  #isWorking = false;

  constructor(budget = templateBudget) {
    this.#budget = budget;
  }

  /** Starts the process, so that it is there when the first conversation comes. */
  warmUp(): void {
    this.#process ??= EngineProcess.start<TemplateRequests>({
      name: 'template',
      url: new URL(`./entry.${extension}`, import.meta.url),
      errors: templateErrors,
      files: { reads: [], writes: [] },
      usesDrivers: false,
      execArgv: [`--max-old-space-size=${this.#budget.heapMegabytes}`],
    });
  }

  /** Renders a conversation; calls of one turn travel together. Rejects with `TemplateError`. */
  async render(
    template: string,
    messages: readonly Message[],
    options: RenderOptions,
  ): Promise<Segment[]> {
    const { promise, resolve, reject } = Promise.withResolvers<Segment[]>();
    this.#waiting.push({ template, order: { messages, options }, resolve, reject });
    if (!this.#isWorking) void this.#work();
    return await promise;
  }

  /** Ends the process; what was still waiting is rejected. */
  [Symbol.dispose](): void {
    this.#process?.kill();
    this.#process = undefined;
  }

  async #work(): Promise<void> {
    this.#isWorking = true;
    await setImmediate();
    while (this.#waiting.length > 0) await this.#send(this.#nextBatch());
    this.#isWorking = false;
  }

  #nextBatch(): Waiting[] {
    const template = this.#waiting[0]?.template;
    let characters = 0;
    const end = this.#waiting.findIndex((waiting, index) => {
      characters += charactersOf(waiting.order.messages);
      const isFull = index >= mostOrders || characters > mostCharacters;
      return waiting.template !== template || (isFull && index > 0);
    });
    return this.#waiting.splice(0, end < 0 ? this.#waiting.length : end);
  }

  async #send(batch: Waiting[]): Promise<void> {
    this.warmUp();
    const engine = this.#process;
    if (!engine) throw new Error('The template process was not started');
    const queue = [...batch];
    let refusal: TemplateError | undefined;
    const onRendered = (rendered: Rendered) => {
      if (refusal) return;
      if ('segments' in rendered) return queue.shift()?.resolve(rendered.segments);
      const error = new TemplateError(rendered.code, rendered.message);
      if (rendered.code !== 'TEMPLATE_TOO_LONG') return queue.shift()?.reject(error);
      refusal = error;
      return engine.kill();
    };
    const failure = await this.#request(engine, batch, onRendered);
    if (!refusal && !failure) return;
    engine.kill();
    const wasDisposed = this.#process !== engine;
    if (!wasDisposed) this.#process = undefined;
    refusal ??= failure?.isOverBudget ? tooMuch(this.#budget.heapMegabytes) : undefined;
    if (refusal && !wasDisposed) this.#refuse(queue, refusal);
    else for (const { reject } of queue) reject(failure?.error);
  }

  /** Sends orders to the process; resolves with why it failed, if it did. */
  async #request(
    engine: EngineProcess<TemplateRequests>,
    batch: readonly Waiting[],
    onRendered: (rendered: Rendered) => void,
  ): Promise<{ error: unknown; isOverBudget: boolean } | undefined> {
    const { renderMs } = this.#budget;
    let isReady = false;
    using watch = new SilenceWatch(renderMs + silenceMs, () => engine.kill());
    const onEvent = (rendered: Rendered) => {
      watch.restart();
      onRendered(rendered);
    };
    try {
      await engine.engine;
      isReady = true;
      watch.restart();
      const orders = batch.map(({ order }) => order);
      const template = batch[0]?.template ?? '';
      await engine.request('render', { template, orders, budgetMs: renderMs }, { onEvent });
      return undefined;
    } catch (error) {
      return { error, isOverBudget: isReady && isCrash(error) };
    }
  }

  /**
   * The template that was at work is refused for every conversation that waits for it, since each
   * would take as long again; only for this one when it is very long itself. Other templates come
   * again, in a new process.
   */
  #refuse(queue: readonly Waiting[], refusal: TemplateError): void {
    const culprit = queue[0];
    const isLong = culprit !== undefined && isLongConversation(culprit.order.messages);
    const isRefused = (waiting: Waiting) =>
      waiting === culprit || (!isLong && waiting.template === culprit?.template);
    const waiting = [...queue, ...this.#waiting];
    this.#waiting = waiting.filter((one) => !isRefused(one));
    for (const one of waiting.filter(isRefused)) one.reject(refusal);
  }
}

const charactersOf = (messages: readonly Message[]) =>
  messages.reduce((sum, { content }) => sum + content.length, 0);

/** Whether a conversation is so long that a refusal for time or memory says nothing of others. */
export const isLongConversation = (messages: readonly Message[]): boolean =>
  charactersOf(messages) > 1_000_000;

const isCrash = (error: unknown) =>
  error instanceof EngineRequestError && error.code === 'ENGINE_CRASHED';

const tooMuch = (heapMegabytes: number) =>
  new TemplateError(
    'TEMPLATE_TOO_LONG',
    `The chat template was stopped: it needs more than ${formatBytes(heapMegabytes * 2 ** 20)} of memory or does not end.`,
  );

/** Calls back when nothing was heard for too long, and again nothing in a second look. */
class SilenceWatch implements Disposable {
  readonly #silenceMs: number;
  readonly #onSilence: () => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(silenceMs: number, onSilence: () => void) {
    this.#silenceMs = silenceMs;
    this.#onSilence = onSilence;
  }

  restart(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = setTimeout(this.#onSilence, secondLookMs);
    }, this.#silenceMs);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}
