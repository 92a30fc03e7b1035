import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Core } from '../../core/create-core.ts';
import { isSessionPath, pathOf, refuseRequest, type RequestFacts } from './request-guard.ts';
import { endRequest, type Exchange, answerSession, signInHint } from './sign-in.ts';
import { securityHeaders } from '../../shell/security-headers.ts';
import { readStaticFiles, type StaticFile } from '../../shell/static-files.ts';
import { refuseUpgrade, SocketGate } from './socket-gate.ts';
import { WebSession } from './web-session.ts';

const loopback = '127.0.0.1';
const headersTimeoutMs = 5000;
const requestTimeoutMs = 10_000;
const idleTimeoutMs = 30_000;
const maxConnections = 600;

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

/** What requests are answered from. */
interface Site {
  port: number;
  session: WebSession;
  files: ReadonlyMap<string, StaticFile>;
}

/** Serves the page and the RPC router on 127.0.0.1; see request-guard.ts for who gets in. */
export async function startWebServer(options: WebServerOptions): Promise<WebServer> {
  const files = await readStaticFiles(options.rendererDir);
  const server = createLimitedServer();
  const port = await listen(server, options.port);
  const session = new WebSession(port);
  const sockets = new SocketGate(options.core);
  answerRequests(server, { port, session, files });
  answerUpgrades(server, { port, session }, sockets);
  return {
    port,
    address: `http://${loopback}:${port}/#token=${session.token}`,
    launchAddress: () => `http://${loopback}:${port}/#token=${session.issueLaunchToken()}`,
    close: () => close(server, sockets),
  };
}

/** A server that hangs up on whoever is slow and on a crowd. */
function createLimitedServer(): Server {
  const server = createServer({ connectionsCheckingInterval: 1000 });
  server.headersTimeout = headersTimeoutMs;
  server.requestTimeout = requestTimeoutMs;
  server.timeout = idleTimeoutMs;
  server.maxConnections = maxConnections;
  return server;
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

async function close(server: Server, sockets: SocketGate): Promise<void> {
  sockets.close();
  const closed = Promise.withResolvers<void>();
  server.close(() => closed.resolve());
  server.closeAllConnections();
  await closed.promise;
}

function answerRequests(server: Server, site: Site): void {
  const onRequest = (request: IncomingMessage, response: ServerResponse) => {
    void answer({ request, response }, site);
  };
  server.on('request', onRequest);
  server.on('checkContinue', onRequest);
}

function answerUpgrades(
  server: Server,
  { port, session }: Omit<Site, 'files'>,
  sockets: SocketGate,
): void {
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const refusal = refuseRequest(factsOf(request, true), port);
    if (refusal) return refuseUpgrade(socket, refusal.status, refusal.reason);
    if (!session.isAuthorized(request.headersDistinct['cookie']))
      return refuseUpgrade(socket, 401, signInHint);
    return sockets.admit(request, socket, head);
  });
}

function factsOf(request: IncomingMessage, isUpgrade: boolean): RequestFacts {
  return {
    method: request.method ?? '',
    target: request.url ?? '',
    headers: request.headersDistinct,
    isUpgrade,
  };
}

async function answer(exchange: Exchange, { port, session, files }: Site): Promise<void> {
  const { request, response } = exchange;
  const facts = factsOf(request, false);
  for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value);
  const refusal = refuseRequest(facts, port);
  if (refusal) return endRequest(exchange, refusal.status, refusal.reason);
  if (isSessionPath(facts.target)) return await answerSession(exchange, session);
  const file = files.get(pathOf(facts.target));
  if (!file) return endRequest(exchange, 404, 'There is no such page.');
  sendFile(exchange, file);
}

function sendFile({ request, response }: Exchange, file: StaticFile): void {
  response.setHeader('Cache-Control', file.cacheControl);
  response.setHeader('ETag', file.entityTag);
  if (request.headers['if-none-match'] === file.entityTag) {
    response.writeHead(304).end();
    return;
  }
  response.writeHead(200, { 'Content-Type': file.mediaType, 'Content-Length': file.body.length });
  response.end(request.method === 'HEAD' ? undefined : file.body);
}
