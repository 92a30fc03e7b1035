import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { RPCHandler } from '@orpc/server/ws';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Core } from '../../core/create-core.ts';
import { isSessionPath, pathOf, refuseRequest, type RequestFacts } from './request-guard.ts';
import { securityHeaders } from '../../shell/security-headers.ts';
import { readStaticFiles, type StaticFile } from '../../shell/static-files.ts';
import { readTokenBody, tokenBodyLimitBytes } from './token-body.ts';
import { WebSession } from './web-session.ts';

const loopback = '127.0.0.1';
const messageLimitBytes = 16 * 1024 * 1024;
const headersTimeoutMs = 5000;
const requestTimeoutMs = 10_000;
const idleTimeoutMs = 30_000;
const heartbeatMs = 30_000;
const maxConnections = 600;
const maxSockets = 32;
const signInHint = 'Open the address that was printed when the server started.';

/** What the server shows and to whom it listens. Port 0 takes any free one. */
export interface WebServerOptions {
  port: number;
  rendererDir: string;
  core: Pick<Core, 'router' | 'context'>;
}

/** A running server; closing it ends every connection but leaves the core open. */
export interface WebServer {
  port: number;
  /** The address with the token of this start in its fragment. */
  address: string;
  /** An address for the browser's command line: its token works once, within a minute. */
  launchAddress(): string;
  close(): Promise<void>;
}

/** Serves the page and the RPC router on 127.0.0.1; see request-guard.ts for who gets in. */
export async function startWebServer(options: WebServerOptions): Promise<WebServer> {
  const files = await readStaticFiles(options.rendererDir);
  const server = createServer({ connectionsCheckingInterval: 1000 });
  server.headersTimeout = headersTimeoutMs;
  server.requestTimeout = requestTimeoutMs;
  server.timeout = idleTimeoutMs;
  server.maxConnections = maxConnections;
  const port = await listen(server, options.port);
  const session = new WebSession(port);
  const sockets = new SocketGate(options.core);
  const onRequest = (request: IncomingMessage, response: ServerResponse) => {
    void answer({ request, response, port, session, files });
  };
  server.on('request', onRequest);
  server.on('checkContinue', onRequest);
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const refusal = refuseRequest(factsOf(request, true), port);
    if (refusal) return refuseUpgrade(socket, refusal.status, refusal.reason);
    if (!session.isAuthorized(request.headersDistinct['cookie']))
      return refuseUpgrade(socket, 401, signInHint);
    return sockets.admit(request, socket, head);
  });
  return {
    port,
    address: `http://${loopback}:${port}/#token=${session.token}`,
    launchAddress: () => `http://${loopback}:${port}/#token=${session.issueLaunchToken()}`,
    close: async () => {
      sockets.close();
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      server.closeAllConnections();
      await closed.promise;
    },
  };
}

async function listen(server: Server, port: number): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen({ port, host: loopback, exclusive: true }, resolve);
  await promise;
  server.removeListener('error', reject);
  const address = server.address();
  if (address === null || typeof address === 'string')
    throw new Error(`The server listens at ${address}, not on a port`);
  return address.port;
}

function factsOf(request: IncomingMessage, isUpgrade: boolean): RequestFacts {
  return {
    method: request.method ?? '',
    target: request.url ?? '',
    headers: request.headersDistinct,
    isUpgrade,
  };
}

interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  port: number;
  session: WebSession;
  files: ReadonlyMap<string, StaticFile>;
}

async function answer(exchange: Exchange): Promise<void> {
  const { request, response, port, files } = exchange;
  const facts = factsOf(request, false);
  for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value);
  const refusal = refuseRequest(facts, port);
  if (refusal) return endRequest(exchange, refusal.status, refusal.reason);
  if (isSessionPath(facts.target)) return await answerSession(exchange);
  const file = files.get(pathOf(facts.target));
  if (!file) return endRequest(exchange, 404, 'There is no such page.');
  response.setHeader('Cache-Control', file.cacheControl);
  response.setHeader('ETag', file.entityTag);
  if (request.headers['if-none-match'] === file.entityTag) {
    response.writeHead(304).end();
    return;
  }
  response.writeHead(200, { 'Content-Type': file.mediaType, 'Content-Length': file.body.length });
  response.end(facts.method === 'HEAD' ? undefined : file.body);
}

/** Answers with a line of text; an unread body is cut off with its connection. */
function endRequest({ request, response }: Exchange, status: number, reason: string): void {
  response.setHeader('Cache-Control', 'no-store');
  if (!request.complete) response.setHeader('Connection', 'close');
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' });
  response.end(request.method === 'HEAD' ? undefined : `${reason}\n`);
}

/** `POST` exchanges the token for the cookie; `GET` only tells whether the cookie counts. */
async function answerSession(exchange: Exchange): Promise<void> {
  const { request, response, session } = exchange;
  response.setHeader('Cache-Control', 'no-store');
  if (request.method === 'GET') {
    if (session.isAuthorized(request.headersDistinct['cookie'])) response.writeHead(204).end();
    else endRequest(exchange, 401, signInHint);
    return;
  }
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

function refuseUpgrade(socket: Duplex, status: number, reason: string): void {
  const body = `${reason}\n`;
  const head = [
    `HTTP/1.1 ${status} Refused`,
    'Connection: close',
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...Object.entries(securityHeaders).map(([name, value]) => `${name}: ${value}`),
  ];
  socket.on('error', () => socket.destroy());
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}

/** Upgrades admitted requests, caps their number and drops peers that stopped answering. */
class SocketGate {
  readonly #server = new WebSocketServer({
    noServer: true,
    maxPayload: messageLimitBytes,
    perMessageDeflate: false,
  });
  readonly #core: Pick<Core, 'router' | 'context'>;
  readonly #handler: RPCHandler<Core['context']>;
  readonly #answered = new WeakSet<WebSocket>();
  readonly #heartbeat = setInterval(() => this.#dropSilent(), heartbeatMs).unref();

  constructor(core: Pick<Core, 'router' | 'context'>) {
    this.#core = core;
    this.#handler = new RPCHandler(core.router);
  }

  admit(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (this.#server.clients.size >= maxSockets)
      return refuseUpgrade(socket, 503, `At most ${maxSockets} windows at once.`);
    this.#server.handleUpgrade(request, socket, head, (peer) => {
      this.#answered.add(peer);
      peer.on('pong', () => this.#answered.add(peer));
      // An oversized or malformed frame ends this peer only; ws closes it with its own code.
      peer.on('error', () => peer.terminate());
      void this.#handler.upgrade(peer, { context: this.#core.context });
    });
  }

  close(): void {
    clearInterval(this.#heartbeat);
    for (const peer of this.#server.clients) peer.terminate();
    this.#server.close();
  }

  #dropSilent(): void {
    for (const peer of this.#server.clients) {
      if (!this.#answered.delete(peer)) peer.terminate();
      else peer.ping();
    }
  }
}
