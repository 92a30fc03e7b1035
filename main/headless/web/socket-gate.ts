import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { StandardRPCHandler } from '@orpc/server/standard';
import { WebSocketServer, type WebSocket } from 'ws';
import { socketProtocol } from '../../../shared/contract/web-session.ts';
import type { Core } from '../../core/create-core.ts';
import { securityHeaders } from '../../shell/security-headers.ts';
import { answerCalls, RefusalLog, type RpcAnswers } from './rpc-socket.ts';
import { UnfinishedMessages } from './unfinished-messages.ts';
import type { WebSession } from './web-session.ts';

const messageLimitBytes = 16 * 1024 * 1024;
/** A browser cuts a message of 16 MB into some 130 fragments; a crowd of tiny ones costs more. */
const maxFragments = 4096;
/** What a window may leave unread of what it asked for. */
const unreadLimitBytes = 64 * 1024 * 1024;
const heartbeatMs = 30_000;
const tidyMs = 1000;
const maxSockets = 32;
/** The code by which a page knows that another tab of its browser signed out. */
const signedOutCode = 4401;

/** A request to become a WebSocket, as Node hands it over. */
export interface Upgrade {
  request: IncomingMessage;
  socket: Duplex;
  head: Buffer;
}

/** Answers an upgrade with a refusal and a line that says why; the connection ends. */
export function refuseUpgrade(socket: Duplex, status: number, reason: string): void {
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
export class SocketGate {
  readonly #server = new WebSocketServer({
    noServer: true,
    maxPayload: messageLimitBytes,
    maxFragments,
    perMessageDeflate: false,
    handleProtocols: () => socketProtocol,
  });
  readonly #answers: RpcAnswers;
  readonly #answered = new WeakSet<WebSocket>();
  readonly #sessions = new WeakMap<WebSocket, WebSession>();
  readonly #unfinished = new UnfinishedMessages();
  readonly #tidying = setInterval(() => this.#tidy(), tidyMs).unref();
  readonly #heartbeat = setInterval(() => this.#dropSilent(), heartbeatMs).unref();

  constructor({ router, context }: Pick<Core, 'router' | 'context'>) {
    this.#answers = {
      handler: new StandardRPCHandler(router),
      context,
      refusals: new RefusalLog((line) => context.core.log.write(line)),
    };
  }

  /** Opens the window of a session that has proved its key. */
  admit(session: WebSession, { request, socket, head }: Upgrade): void {
    if (this.#server.clients.size >= maxSockets)
      return refuseUpgrade(socket, 503, `At most ${maxSockets} windows at once.`);
    this.#server.handleUpgrade(request, socket, head, (peer) => {
      this.#sessions.set(peer, session);
      this.#unfinished.watch(peer, socket);
      this.#answered.add(peer);
      peer.on('pong', () => this.#answered.add(peer));
      answerCalls(peer, this.#answers);
    });
  }

  /** Ends every window of a session that signed out. */
  endSession(session: WebSession): void {
    for (const peer of this.#server.clients)
      if (this.#sessions.get(peer) === session) peer.close(signedOutCode, 'Signed out.');
  }

  close(): void {
    clearInterval(this.#heartbeat);
    clearInterval(this.#tidying);
    for (const peer of this.#server.clients) peer.terminate();
    this.#server.close();
  }

  #tidy(): void {
    this.#unfinished.tidy();
    for (const peer of this.#server.clients)
      if (peer.bufferedAmount > unreadLimitBytes) peer.terminate();
  }

  #dropSilent(): void {
    for (const peer of this.#server.clients) {
      if (!this.#answered.delete(peer)) peer.terminate();
      else peer.ping();
    }
  }
}
