import type { Readable } from 'node:stream';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { WebSession } from './web-session.ts';

/** What a person without the cookie is told. */
export const signInHint = 'Open the address that was printed when the server started.';

/** Longest accepted body of `POST /session`: a token is 43 characters. */
const tokenBodyLimitBytes = 4096;

/** `POST` exchanges the token for the cookie; `GET` only tells whether the cookie counts. */
export async function answerSession(exchange: Exchange, session: WebSession): Promise<void> {
  const { request, response } = exchange;
  response.setHeader('Cache-Control', 'no-store');
  if (request.method !== 'GET') return await exchangeToken(exchange, session);
  if (session.isAuthorized(request.headersDistinct['cookie'])) response.writeHead(204).end();
  else endRequest(exchange, 401, signInHint);
}

async function exchangeToken(exchange: Exchange, session: WebSession): Promise<void> {
  const { request, response } = exchange;
  if (request.headers['content-type']?.split(';')[0]?.trim() !== 'application/json')
    return endRequest(exchange, 415, 'Send the token as application/json.');
  if (Number(request.headers['content-length'] ?? 0) > tokenBodyLimitBytes)
    return endRequest(exchange, 413, `At most ${tokenBodyLimitBytes} bytes.`);
  const body = await readTokenBody(request);
  if ('status' in body) return endRequest(exchange, body.status, 'Send {"token": "…"}.');
  const outcome = await session.exchange(body.token);
  if (outcome === 'busy') return endRequest(exchange, 429, 'Too many attempts; wait a second.');
  if (outcome === 'refused') return endRequest(exchange, 401, signInHint);
  response.writeHead(204, { 'Set-Cookie': session.setCookie() }).end();
}

/** A parsed body, or the status that says what is wrong with it. */
type TokenBody = { token: string } | { status: 400 | 413 };

/** Reads `{"token": "…"}` from a request; nothing beyond the limit is kept in memory. */
async function readTokenBody(request: Readable): Promise<TokenBody> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  try {
    // The stream stays open when it is cut short, so that the refusal can still be sent.
    const body: AsyncIterable<Buffer> = request.iterator({ destroyOnReturn: false });
    for await (const chunk of body) {
      sizeBytes += chunk.length;
      if (sizeBytes > tokenBodyLimitBytes) return { status: 413 };
      chunks.push(chunk);
    }
    return parseToken(Buffer.concat(chunks).toString('utf8'));
  } catch (error) {
    if (error instanceof SyntaxError || isAborted(error)) return { status: 400 };
    throw error;
  }
}

function parseToken(text: string): TokenBody {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || !('token' in value)) return { status: 400 };
  return typeof value.token === 'string' ? { token: value.token } : { status: 400 };
}

/** The client went away in the middle of the body. */
function isAborted(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ECONNRESET';
}

/** A request and what answers it. */
export interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
}

/** Answers with a line of text; an unread body is cut off with its connection. */
export function endRequest({ request, response }: Exchange, status: number, reason: string): void {
  response.setHeader('Cache-Control', 'no-store');
  if (!request.complete) response.setHeader('Connection', 'close');
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' });
  response.end(request.method === 'HEAD' ? undefined : `${reason}\n`);
}
