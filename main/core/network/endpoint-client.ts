import ky, { HTTPError, TimeoutError } from 'ky';
import type { z } from 'zod';
import type { RequestPurpose } from '../../../shared/contract/network.ts';
import { previewLine } from '../../../shared/text/foreign-text.ts';
import {
  completionSchema,
  modelListSchema,
  toCompletion,
  toSaidError,
  type Completion,
} from './completion.ts';
import { ExchangeError } from './endpoint-error.ts';
import { exchange, type Received } from './exchange.ts';
import type { RequestLog } from './request-log.ts';

/** How one endpoint is asked. */
export interface ClientOptions {
  key: string | undefined;
  log: RequestLog;
  purpose: RequestPurpose;
  /** After the first attempt; each attempt is a request of the log. */
  retries: number;
  /** For one attempt: a server that thinks sends nothing until it is done. */
  timeoutMs: number;
}

/** What `/chat/completions` is asked with. */
export type ChatBody = { model: string; messages: readonly object[] } & Record<string, unknown>;

const retriedStatuses = [408, 429, 500, 502, 503, 504, 529];
const longestBackoffMs = 8000;
const longestRetryAfterMs = 60_000;
const shownCharacters = 300;

/** A client of one endpoint. Every failure is an `ExchangeError`, but for the abort of a signal. */
export class EndpointClient {
  readonly #baseUrl: string;
  readonly #options: ClientOptions;

  constructor(baseUrl: string, options: ClientOptions) {
    this.#baseUrl = baseUrl;
    this.#options = options;
  }

  /** The ids of its models. */
  async models(signal: AbortSignal): Promise<string[]> {
    const { value } = await this.#call('models', { signal }, modelListSchema);
    return value.data;
  }

  /** Asks for one completion. */
  async chat(json: ChatBody, signal: AbortSignal): Promise<Completion> {
    const { value, server } = await this.#call(
      'chat/completions',
      { json, signal },
      completionSchema,
    );
    return toCompletion(value, server);
  }

  async #call<Schema extends z.ZodType>(
    path: string,
    { json, signal }: { json?: ChatBody; signal: AbortSignal },
    schema: Schema,
  ): Promise<{ value: z.output<Schema>; server: string | null }> {
    const url = `${this.#baseUrl}/${path}`;
    const { retries, timeoutMs } = this.#options;
    try {
      const response = await ky(url, {
        method: json ? 'post' : 'get',
        ...(json && { json }),
        signal,
        timeout: timeoutMs,
        retry: {
          limit: retries,
          methods: ['get', 'post'],
          statusCodes: retriedStatuses,
          afterStatusCodes: retriedStatuses,
          maxRetryAfter: longestRetryAfterMs,
          delay: (attempt) => Math.min(longestBackoffMs, 500 * 2 ** (attempt - 1)),
          jitter: (delay) => delay * (0.75 + Math.random() / 2),
          shouldRetry: ({ error }) =>
            error instanceof ExchangeError ? error.failure === 'unreachable' : undefined,
        },
        fetch: (request) => this.#send(request, json?.model ?? null),
      });
      const server = response.headers.get('server');
      return { value: this.#parse(await response.text(), schema), server };
    } catch (error) {
      signal.throwIfAborted();
      throw this.#explained(error);
    }
  }

  /** One attempt: noted before it is sent. */
  async #send(input: unknown, model: string | null): Promise<Response> {
    if (!(input instanceof Request)) throw new TypeError('The client sends requests alone');
    const { log, purpose, key } = this.#options;
    const { origin, pathname } = new URL(input.url);
    const sentBytes = input.body ? (await input.clone().arrayBuffer()).byteLength : 0;
    const startMs = Date.now();
    const noted = { atMs: startMs, origin, method: input.method, path: pathname, model, purpose };
    const end = log.begin({ ...noted, sentBytes });
    const received: Received = { status: null, bytes: 0 };
    let error: string | null = null;
    try {
      return await exchange(input, key, received);
    } catch (thrown) {
      error = thrown instanceof ExchangeError ? thrown.message : 'stopped';
      throw thrown;
    } finally {
      const { status, bytes: receivedBytes } = received;
      end({ ms: Date.now() - startMs, status, receivedBytes, error });
    }
  }

  #parse<Schema extends z.ZodType>(text: string, schema: Schema): z.output<Schema> {
    try {
      return schema.parse(JSON.parse(text));
    } catch (error) {
      throw new ExchangeError(
        'protocol',
        `${this.#host} answers with something else than OpenAI’s API does (“${previewLine(text, shownCharacters)}”): check the base URL, which mostly ends in /v1`,
        error,
      );
    }
  }

  #explained(error: unknown): unknown {
    if (error instanceof HTTPError) return this.#refusal(error);
    if (error instanceof TimeoutError)
      return new ExchangeError(
        'unreachable',
        `${this.#host} gave no whole response within ${Math.round(this.#options.timeoutMs / 1000)} seconds`,
        error,
      );
    return error;
  }

  #refusal({ response, data }: HTTPError): ExchangeError {
    const { key } = this.#options;
    const heard = toSaidError(data);
    // Some servers repeat the key that they refuse, and the message is stored.
    const message = key === undefined ? heard.message : heard.message.replaceAll(key, '•••');
    const said = { ...heard, message: previewLine(message, shownCharacters) };
    const { status } = response;
    const words = said.message === '' ? '' : `: ${said.message}`;
    return new ExchangeError('refused', `${this.#host} answered ${status}${words}`, undefined, {
      status,
      said,
    });
  }

  get #host(): string {
    return new URL(this.#baseUrl).host;
  }
}
