import { setImmediate } from 'node:timers/promises';
import type { Message } from '../../../shared/domain/message.ts';
import type { RenderOptions } from '../../../shared/template/render-conversation.ts';
import { TemplateError } from '../../../shared/template/template-error.ts';
import type { Segment } from '../../../shared/template/turn-segments.ts';
import { EngineProcess, EngineRequestError } from '../../engines/engine-process.ts';
import { templateErrors } from '../../engines/protocol/errors.ts';
import type { Rendered, RenderOrder, TemplateRequests } from '../../engines/protocol/templates.ts';

/** What a template may use; an honest one takes milliseconds and a few megabytes. */
const templateBudget = { renderMs: 5000, heapMegabytes: 256 };
/** Beyond the time that the process gives itself: this is for what it cannot interrupt. */
const silenceMs = 3000;
/** Our own thread may have been busy while an answer lay waiting. */
const secondLookMs = 1000;
const ordersPerRequest = 64;

// Compiled code lies in the same folder with the extension .js.
const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';

interface Waiting {
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
    this.#waiting.push({ order: { template, messages, options }, resolve, reject });
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
    while (this.#waiting.length > 0) await this.#send(this.#waiting.splice(0, ordersPerRequest));
    this.#isWorking = false;
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
      await engine.request('render', { orders, budgetMs: renderMs }, { onEvent });
      return undefined;
    } catch (error) {
      return { error, isOverBudget: isReady && isCrash(error) };
    }
  }

  /**
   * The template that was at work is refused for every conversation that waits for it: each would
   * take as long again. Other templates come again, in a new process.
   */
  #refuse(queue: readonly Waiting[], refusal: TemplateError): void {
    const culprit = queue[0]?.order.template;
    const waiting = [...queue, ...this.#waiting];
    this.#waiting = waiting.filter(({ order }) => order.template !== culprit);
    for (const { order, reject } of waiting) if (order.template === culprit) reject(refusal);
  }
}

const isCrash = (error: unknown) =>
  error instanceof EngineRequestError && error.code === 'ENGINE_CRASHED';

const tooMuch = (heapMegabytes: number) =>
  new TemplateError(
    'TEMPLATE_TOO_LONG',
    `The chat template was stopped: it needs more than ${heapMegabytes} MB of memory or does not end.`,
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
