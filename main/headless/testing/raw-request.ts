import { connect } from 'node:net';

/** A request exactly as it goes over the wire: repeated and malformed headers stay as they are. */
export interface RawRequest {
  method: string;
  target: string;
  headers: [string, string][];
  body?: string;
}

/** What came back before the connection ended; status 0 means nothing did. */
export interface RawResponse {
  status: number;
  /** Status line and headers as received. */
  head: string;
  body: string;
}

const silenceMs = 8000;

/** Sends one request on its own TCP connection and reads until the server has answered. */
export async function sendRaw(port: number, request: RawRequest): Promise<RawResponse> {
  const head = [
    `${request.method} ${request.target} HTTP/1.1`,
    ...request.headers.map(([name, value]) => `${name}: ${value}`),
  ];
  const bytes = `${head.join('\r\n')}\r\n\r\n${request.body ?? ''}`;
  return await sendBytes(port, bytes, request.method !== 'HEAD');
}

/** Sends bytes and collects the answer; the server has to end it or go silent. */
export async function sendBytes(
  port: number,
  bytes: string,
  expectsBody = true,
): Promise<RawResponse> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const socket = connect({ port, host: '127.0.0.1' });
  let received = '';
  socket.setEncoding('utf8').setTimeout(silenceMs, () => socket.destroy());
  socket.on('data', (text: string) => {
    received += text;
    if (isComplete(received, expectsBody)) socket.destroy();
  });
  socket.on('error', () => socket.destroy());
  socket.on('close', () => resolve(received));
  socket.write(bytes);
  const [head = '', body = ''] = (await promise).split('\r\n\r\n', 2);
  return { status: Number(head.split(' ')[1] ?? 0), head, body };
}

/** Enough of an answer to judge it: a whole counted body, a switch of protocols, or a last chunk. */
function isComplete(received: string, expectsBody: boolean): boolean {
  const end = received.indexOf('\r\n\r\n');
  if (end < 0) return false;
  if (!expectsBody || /^HTTP\/1.1 (101|204|304)/.test(received)) return true;
  const length = /content-length: (\d+)/i.exec(received.slice(0, end))?.[1];
  if (length !== undefined) return received.length - end - 4 >= Number(length);
  return received.endsWith('0\r\n\r\n');
}
