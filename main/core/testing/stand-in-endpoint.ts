import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { z } from 'zod';

const bodySchema = z.looseObject({
  model: z.string(),
  messages: z.array(z.object({ role: z.string(), content: z.string() })),
  logprobs: z.boolean().optional(),
});
type ChatRequest = z.infer<typeof bodySchema>;

/** One request as the server got it; `body` is null of a GET. */
interface Heard {
  path: string;
  headers: IncomingMessage['headers'];
  body: ChatRequest | null;
}

/** Answers a request instead of the usual way; true where it did. */
type Act = (response: ServerResponse, heard: Heard, times: number) => boolean;

/** A real HTTP server that speaks as much of OpenAI's API as tests need, on a port of its own. */
export class StandInEndpoint implements AsyncDisposable {
  readonly heard: Heard[] = [];
  /** What a prompt with this word in it, or any with '', gets instead of an answer. */
  readonly acts = new Map<string, Act>();
  readonly #server: Server;
  readonly #times = new Map<string, number>();

  private constructor(server: Server) {
    this.#server = server;
    server.on('request', (request, response) => void this.#answer(request, response));
  }

  static async start(): Promise<StandInEndpoint> {
    const server = createServer();
    const endpoint = new StandInEndpoint(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return endpoint;
  }

  get baseUrl(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('It does not listen');
    return `http://127.0.0.1:${address.port}/v1`;
  }

  /** What was asked of it, by the last words of each prompt. */
  get asked(): string[] {
    return this.heard.flatMap(({ body }) => body?.messages.at(-1)?.content ?? []);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString('utf8');
    const body = text === '' ? null : bodySchema.parse(JSON.parse(text));
    const heard = { path: request.url ?? '', headers: request.headers, body };
    this.heard.push(heard);
    const words = body?.messages.at(-1)?.content ?? heard.path;
    const key = `${body?.model} ${words}`;
    const times = (this.#times.get(key) ?? 0) + 1;
    this.#times.set(key, times);
    for (const [word, act] of this.acts)
      if (words.includes(word) && act(response, heard, times)) return;
    if (body) sendJson(response, 200, completion(body));
    else sendJson(response, 200, { object: 'list', data: [{ id: 'smol' }, { id: 'large' }] });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** Sends a response as JSON. */
export function sendJson(
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: Record<string, string> = {},
): true {
  response.writeHead(status, {
    'content-type': 'application/json',
    server: 'stand-in',
    ...headers,
  });
  response.end(JSON.stringify(value));
  return true;
}

/** An error response as OpenAI writes it. */
export const sendError = (
  response: ServerResponse,
  status: number,
  error: { message: string; code?: string; param?: string },
  headers?: Record<string, string>,
): true => sendJson(response, status, { error: { type: 'test', ...error } }, headers);

/** The usual answer: what was asked, by which model. */
export const completion = ({ model, messages, logprobs }: ChatRequest) => ({
  id: 'c',
  object: 'chat.completion',
  model: `${model}-2026-01-01`,
  system_fingerprint: 'fp_stand_in',
  choices: [
    {
      index: 0,
      message: { role: 'assistant', content: `${model} says ${messages.at(-1)?.content}` },
      finish_reason: 'stop',
      ...(logprobs && {
        logprobs: {
          content: [{ token: '1', logprob: -0.1, top_logprobs: [{ token: '1', logprob: -0.1 }] }],
        },
      }),
    },
  ],
  usage: { prompt_tokens: 5, completion_tokens: 7, total_tokens: 12 },
});
