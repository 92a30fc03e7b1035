import type { IncomingMessage } from 'node:http';
import { formatBytes } from '../../../shared/text/numbers.ts';
import { ExchangeError } from './endpoint-error.ts';

/** What no response is longer than: 2,048 tokens are some 10 kB. */
const mostResponseBytes = 8 * 1024 * 1024;
const mostHeaderBytes = 32 * 1024;
const connectMs = 20_000;

/** What came back so far, for whoever counts it. */
export interface Received {
  status: number | null;
  bytes: number;
}

/**
 * Sends one request and reads its whole response, within limits: no redirect is followed, nothing
 * is decompressed, no proxy, cookie or variable of the environment is looked at, and the only
 * headers are those below. Node's own `fetch` gives up on whoever thinks longer than five minutes.
 */
export async function exchange(
  request: Request,
  key: string | undefined,
  received: Received,
): Promise<Response> {
  const body = request.body ? Buffer.from(await request.arrayBuffer()) : undefined;
  const message = await send(request, { body, key });
  const { statusCode = 0, headers } = message;
  received.status = statusCode;
  const chunks: Buffer[] = [];
  try {
    refuseStrange(request.url, message);
    for await (const chunk of message as AsyncIterable<Buffer>) {
      received.bytes += chunk.length;
      if (received.bytes > mostResponseBytes) throw tooLong(request.url);
      chunks.push(chunk);
    }
    if (!message.complete) throw cut(request.url);
  } catch (error) {
    message.destroy();
    request.signal.throwIfAborted();
    throw error instanceof ExchangeError ? error : cut(request.url, error);
  }
  const isEmpty = statusCode === 204 || statusCode === 205;
  return new Response(isEmpty ? null : Buffer.concat(chunks), {
    status: statusCode,
    headers: passedOn(headers),
  });
}

interface Sent {
  body: Buffer | undefined;
  key: string | undefined;
}

async function send({ url: text, method, signal }: Request, { body, key }: Sent) {
  const url = new URL(text);
  const isSecure = url.protocol === 'https:';
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  // Loaded when it is needed: that takes a tenth of the start of every command.
  const client = isSecure ? await import('node:https') : await import('node:http');
  const call = client.request(url, {
    method,
    signal,
    agent: false,
    maxHeaderSize: mostHeaderBytes,
    headers: {
      accept: 'application/json',
      'accept-encoding': 'identity',
      'user-agent': 'Lima-Workbench',
      ...(body && { 'content-type': 'application/json', 'content-length': body.length }),
      ...(key !== undefined && { authorization: `Bearer ${key}` }),
    },
  });
  const timer = setTimeout(
    () => call.destroy(new ExchangeError('unreachable', `${url.host} did not take a connection`)),
    connectMs,
  );
  call.on('socket', (socket) =>
    socket.once(isSecure ? 'secureConnect' : 'connect', () => clearTimeout(timer)),
  );
  call.once('response', resolve);
  call.on('error', (error) => reject(signal.aborted ? signal.reason : unreachable(text, error)));
  call.once('close', () => {
    clearTimeout(timer);
    reject(cut(text));
  });
  call.end(body);
  return await promise;
}

/** A redirect would carry key and prompts elsewhere; what is packed could unpack to anything. */
function refuseStrange(url: string, { statusCode = 0, headers }: IncomingMessage): void {
  if (statusCode >= 300 && statusCode < 400)
    throw new ExchangeError(
      'protocol',
      `${hostOf(url)} redirects to ${targetOf(url, headers.location)}, which is not followed: give the endpoint’s own base URL`,
    );
  if (statusCode < 200 || statusCode > 599)
    throw new ExchangeError('protocol', `${hostOf(url)} answered with status ${statusCode}`);
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity')
    throw new ExchangeError(
      'protocol',
      `${hostOf(url)} packed its response, which nobody asked for`,
    );
}

function targetOf(url: string, location: string | undefined): string {
  const target = location !== undefined && URL.canParse(location, url) && new URL(location, url);
  return target ? target.host : 'somewhere else';
}

/** What is looked at of the headers; values that are no text of the protocol never get here. */
function passedOn(headers: IncomingMessage['headers']): Record<string, string> {
  const names = ['content-type', 'retry-after', 'server'] as const;
  return Object.fromEntries(
    names.flatMap((name) => (headers[name] === undefined ? [] : [[name, String(headers[name])]])),
  );
}

const hostOf = (url: string) => new URL(url).host;

const tooLong = (url: string) =>
  new ExchangeError(
    'protocol',
    `${hostOf(url)} sent more than ${formatBytes(mostResponseBytes)}, and was cut off`,
  );

const cut = (url: string, cause?: unknown) =>
  new ExchangeError(
    'unreachable',
    `${hostOf(url)} ended the connection in the middle of its response`,
    cause,
  );

function unreachable(url: string, error: Error & { code?: string }): ExchangeError {
  if (error instanceof ExchangeError) return error;
  const host = hostOf(url);
  const code = error.code ?? '';
  if (code.startsWith('HPE_'))
    return new ExchangeError('protocol', `${host} does not answer in HTTP as it should (${code})`);
  const words = reasons.find(([codes]) => codes.includes(code))?.[1];
  return new ExchangeError(
    'unreachable',
    `${host} ${words ?? `cannot be reached (${code || error.message})`}`,
    error,
  );
}

const reasons: readonly [codes: string[], words: string][] = [
  [['ECONNREFUSED'], 'refuses connections: is the server running, and on this port?'],
  [['ENOTFOUND', 'EAI_AGAIN'], 'is not found: check the name and the network'],
  [['ECONNRESET', 'EPIPE'], 'ended the connection in the middle of its response'],
  [['ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'], 'cannot be reached from this machine'],
];
