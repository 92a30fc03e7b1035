import type { JobContext } from '../jobs/job-handler.ts';
import type { ProjectSession } from '../project/project-session.ts';

/** How far the answers of a job are, and how many tokens a second they come with. */
export class GenerationProgress {
  readonly context: JobContext;
  readonly #session: ProjectSession;
  readonly #total: number;
  #done: number;
  #tokens = 0;
  #tokensBefore = 0;
  readonly #startMs = Date.now();

  constructor(
    session: ProjectSession,
    { total, done }: { total: number; done: number },
    context: JobContext,
  ) {
    this.#session = session;
    this.context = context;
    this.#total = total;
    this.#done = done;
    this.#report();
  }

  /** Answers that are there, those from before too. */
  get done(): number {
    return this.#done;
  }

  /** Begins another request, whose tokens are counted from 0 again. */
  nextRequest(): void {
    this.#tokensBefore += this.#tokens;
    this.#tokens = 0;
  }

  /** Tokens of a request that is over. */
  addTokens(tokens: number): void {
    this.#tokensBefore += tokens;
    this.#report();
  }

  /** `tokens` is the sum of the current request so far. */
  setTokens(tokens: number): void {
    this.#tokens = tokens;
    this.#report();
  }

  /** One more answer is stored. */
  addAnswer(): void {
    this.addAnswers(1);
  }

  /** So many more are. */
  addAnswers(count: number): void {
    this.#done += count;
    this.#report();
    this.#session.changes.touch('evaluations');
  }

  #report(): void {
    const seconds = (Date.now() - this.#startMs) / 1000;
    const rate =
      seconds > 1 ? `${((this.#tokensBefore + this.#tokens) / seconds).toFixed(1)} tokens/s` : '';
    const counts = { done: this.#done, total: this.#total, unit: 'answers' };
    this.context.report({ phase: 'generating', ...counts, detail: rate });
  }
}
