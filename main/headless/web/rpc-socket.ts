import { createServerPeerHandleRequestFn } from '@orpc/server/standard-peer';
import type { StandardRPCHandler } from '@orpc/server/standard';
import { ServerPeer } from '@orpc/standard-server-peer';
import type { RawData, WebSocket } from 'ws';
import { logIncident } from '../../core/base/explain-error.ts';
import type { Core } from '../../core/create-core.ts';
import { previewLine } from '../../../shared/text/foreign-text.ts';

/** How long a peer may take to answer the close frame before its connection is cut. */
const closeWaitMs = 2000;
const linesPerMinute = 10;
const minuteMs = 60_000;

/** RFC 6455, 7.4.1: what was sent is not what this socket is for. */
const unsupportedData = 1003;
const invalidData = 1007;

/** Why connections are ended, for the log: ten lines a minute, whoever is behind them. */
export class RefusalLog {
  readonly #write: (line: string) => void;
  #since = 0;
  #lines = 0;

  constructor(write: (line: string) => void) {
    this.#write = write;
  }

  add(reason: string): void {
    if (Date.now() - this.#since >= minuteMs) this.#startMinute();
    this.#lines++;
    if (this.#lines <= linesPerMinute) this.#write(`web: a connection was ended: ${reason}`);
  }

  #startMinute(): void {
    const unwritten = this.#lines - linesPerMinute;
    if (unwritten > 0) this.#write(`web: ${unwritten} more connections were ended in that minute`);
    this.#since = Date.now();
    this.#lines = 0;
  }
}

/** What a peer's messages are answered with. */
export interface RpcAnswers {
  handler: StandardRPCHandler<Core['context']>;
  context: Core['context'];
  refusals: RefusalLog;
}

/**
 * Answers a peer's calls until it goes. A frame that is no WebSocket frame (ws chooses 1002, 1007
 * or 1009) and a message that is no call (1003, 1007) end this connection and no other.
 */
export function answerCalls(socket: WebSocket, answers: RpcAnswers): void {
  const peer = new ServerPeer((message) => socket.send(message));
  const end = (reason: string, code?: number) => {
    if (socket.readyState === socket.OPEN && code !== undefined) socket.close(code, reason);
    answers.refusals.add(reason);
    setTimeout(() => socket.terminate(), closeWaitMs).unref();
  };
  // ws has sent its close frame already: cutting the connection here could lose it.
  socket.on('error', (error) => end(previewLine(error.message)));
  socket.on('close', () => {
    peer.close();
  });
  socket.on('message', (data, isBinary) => {
    if (socket.readyState !== socket.OPEN) return;
    if (isBinary) return end('a binary message', unsupportedData);
    void answerMessage(peer, data, answers, (problem) => end(problem, invalidData));
  });
}

/** Answers one message, or says what is wrong with it when it is no call. */
async function answerMessage(
  peer: ServerPeer,
  data: RawData,
  { handler, context }: RpcAnswers,
  refuse: (problem: string) => void,
): Promise<void> {
  const answer = createServerPeerHandleRequestFn(handler, { context });
  let isCall = false;
  try {
    await peer.message(textOf(data), (request) => {
      isCall = true;
      return answer(request);
    });
  } catch (error) {
    if (isCall) logIncident(error, 'web', context.core.log);
    else refuse('a message that is no call');
  }
}

/** A text message as one string; ws has checked that it is UTF-8. */
function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8');
  return Buffer.isBuffer(data) ? data.toString('utf8') : Buffer.from(data).toString('utf8');
}
