import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { proofInProtocols } from '../../../shared/contract/web-session.ts';
import type { Core } from '../../core/create-core.ts';
import { securityHeaders } from '../../shell/security-headers.ts';
import { readStaticFiles, type StaticFile } from '../../shell/static-files.ts';
import { listenOnLoopback, loopback } from './loopback.ts';
import { pathOf, refuseRequest, type RequestFacts } from './request-guard.ts';
import {
  answerSignIn,
  endRequest,
  hostOf,
  isSignInPath,
  signInHint,
  type Exchange,
  type SignInDesk,
} from './sign-in.ts';
import { refuseUpgrade, SocketGate, type Upgrade } from './socket-gate.ts';
import { StrangerTable } from './stranger-table.ts';
import { WebSessions, type WebSession } from './web-session.ts';

const headersTimeoutMs = 5000;
const requestTimeoutMs = 10_000;
const idleTimeoutMs = 30_000;

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
interface Site extends SignInDesk {
  /** Our own names: what `Host` may say. */
  hosts: readonly string[];
  files: ReadonlyMap<string, StaticFile>;
  strangers: StrangerTable;
  sockets: SocketGate;
}

/** Serves the page and the RPC router on this machine; see request-guard.ts for who gets in. */
export async function startWebServer(options: WebServerOptions): Promise<WebServer> {
  const files = await readStaticFiles(options.rendererDir);
  const { servers, port, hosts } = await listenOnLoopback(createLimitedServer, options.port);
  const sessions = new WebSessions(port);
  const sockets = new SocketGate(options.core);
  const strangers = new StrangerTable();
  const onSignOut = (session: WebSession) => sockets.endSession(session);
  for (const server of servers)
    answerRequests(server, { hosts, sessions, onSignOut, files, strangers, sockets });
  return {
    port,
    address: `http://${loopback}:${port}/#token=${sessions.token}`,
    launchAddress: () => `http://${loopback}:${port}/#token=${sessions.issueLaunchToken()}`,
    close: async () => {
      sockets.close();
      await Promise.all(servers.map(close));
    },
  };
}

/** A server that hangs up on whoever is slow. */
function createLimitedServer(): Server {
  const server = createServer({ connectionsCheckingInterval: 1000 });
  server.headersTimeout = headersTimeoutMs;
  server.requestTimeout = requestTimeoutMs;
  server.timeout = idleTimeoutMs;
  return server;
}

async function close(server: Server): Promise<void> {
  const closed = Promise.withResolvers<void>();
  server.close(() => closed.resolve());
  server.closeAllConnections();
  await closed.promise;
}

function answerRequests(server: Server, site: Site): void {
  const busy = new WeakSet<Duplex>();
  const onRequest = (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request;
    // No browser sends a request before the last one is answered; a crowd that does is endless.
    if (busy.has(socket)) {
      socket.destroy();
      return;
    }
    busy.add(socket);
    response.once('close', () => {
      busy.delete(socket);
      site.strangers.answered(socket);
    });
    void answer({ request, response }, site);
  };
  server.on('connection', (socket: Duplex) => site.strangers.admit(socket));
  server.on('request', onRequest);
  server.on('checkContinue', onRequest);
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) =>
    answerUpgrade({ request, socket, head }, site),
  );
}

/** A WebSocket is opened for a cookie and a fresh proof of its key; the cookie alone is nothing. */
function answerUpgrade(upgrade: Upgrade, { hosts, sessions, sockets, strangers }: Site): void {
  const { request, socket } = upgrade;
  const refusal = refuseRequest(factsOf(request, true), hosts);
  if (refusal) return refuseUpgrade(socket, refusal.status, refusal.reason);
  const session = sessions.find(request.headersDistinct['cookie']);
  const proof = proofInProtocols(protocolsOf(request));
  if (!session || !proof || !sessions.accepts(session, 'rpc', { ...proof, host: hostOf(request) }))
    return refuseUpgrade(socket, 401, signInHint);
  strangers.trust(socket);
  return sockets.admit(session, upgrade);
}

function protocolsOf({ headersDistinct }: IncomingMessage): string[] {
  const lines = headersDistinct['sec-websocket-protocol'] ?? [];
  return lines.flatMap((line) => line.split(',')).map((name) => name.trim());
}

function factsOf(request: IncomingMessage, isUpgrade: boolean): RequestFacts {
  return {
    method: request.method ?? '',
    target: request.url ?? '',
    headers: request.headersDistinct,
    isUpgrade,
  };
}

async function answer(exchange: Exchange, site: Site): Promise<void> {
  const { request, response } = exchange;
  const facts = factsOf(request, false);
  for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value);
  const refusal = refuseRequest(facts, site.hosts);
  if (refusal) return endRequest(exchange, refusal.status, refusal.reason);
  const path = pathOf(facts.target);
  if (isSignInPath(path)) return await answerSignIn(path, exchange, site);
  const file = site.files.get(path);
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
