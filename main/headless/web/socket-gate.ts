import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { StandardRPCHandler } from '@orpc/server/standard';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Core } from '../../core/create-core.ts';
import { securityHeaders } from '../../shell/security-headers.ts';
import { answerCalls, RefusalLog, type RpcAnswers } from './rpc-socket.ts';

const messageLimitBytes = 16 * 1024 * 1024;
const heartbeatMs = 30_000;
const maxSockets = 32;

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
    perMessageDeflate: false,
  });
  readonly #answers: RpcAnswers;
  readonly #answered = new WeakSet<WebSocket>();
  readonly #heartbeat = setInterval(() => this.#dropSilent(), heartbeatMs).unref();

  constructor({ router, context }: Pick<Core, 'router' | 'context'>) {
    this.#answers = {
      handler: new StandardRPCHandler(router),
      context,
      refusals: new RefusalLog((line) => context.core.log.write(line)),
    };
  }

  admit(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (this.#server.clients.size >= maxSockets)
      return refuseUpgrade(socket, 503, `At most ${maxSockets} windows at once.`);
    this.#server.handleUpgrade(request, socket, head, (peer) => {
      this.#answered.add(peer);
      peer.on('pong', () => this.#answered.add(peer));
      answerCalls(peer, this.#answers);
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
