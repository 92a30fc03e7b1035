import type { IncomingMessage, ServerResponse } from 'node:http';

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
