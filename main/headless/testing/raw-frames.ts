import { connect } from 'node:net';
import { openSocket, type WebSite } from './web-site.ts';

/** A frame as bytes; `mask` false leaves out what RFC 6455 demands of a client. */
export interface RawFrame {
  opcode: number;
  payload?: string | Buffer;
  isFinal?: boolean;
  reservedBits?: number;
  mask?: boolean;
  /** The length that the header claims, when it is another than the payload's. */
  claimedBytes?: number;
}

/** The bytes of a frame, right or wrong. The mask is zero, so that payloads stay readable. */
export function frameBytes(frame: RawFrame): Buffer {
  const payload = Buffer.from(frame.payload ?? '');
  const claimed = frame.claimedBytes ?? payload.length;
  const first = ((frame.isFinal ?? true) ? 0x80 : 0) | ((frame.reservedBits ?? 0) << 4);
  const masked = (frame.mask ?? true) ? 0x80 : 0;
  const head = Buffer.alloc(claimed < 126 ? 2 : 10);
  head[0] = first | frame.opcode;
  head[1] = masked | (claimed < 126 ? claimed : 127);
  if (claimed >= 126) head.writeBigUInt64BE(BigInt(claimed), 2);
  return Buffer.concat([head, Buffer.alloc(masked ? 4 : 0), payload]);
}

/**
 * Opens the site's WebSocket by hand, sends the bytes and waits for the end of the connection.
 * Resolves with the code of the close frame, or null when there was none. `hangsUp` ends it itself.
 */
export async function closeCodeAfter(
  site: WebSite,
  bytes: Buffer,
  hangsUp = false,
): Promise<number | null> {
  const { method, target, headers } = await openSocket(site);
  const socket = connect({ port: site.server.port, host: '127.0.0.1' });
  const { promise, resolve } = Promise.withResolvers<void>();
  const received: Buffer[] = [];
  const lines = headers.map(([name, value]) => `${name}: ${value}`);
  socket.on('data', (chunk: Buffer) => {
    received.push(chunk);
    if (closeCodeOf(Buffer.concat(received)) !== null) socket.end();
  });
  socket.on('error', () => socket.destroy());
  socket.on('close', () => resolve());
  socket.write(`${method} ${target} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
  socket.write(bytes, () => hangsUp && socket.end());
  await promise;
  return closeCodeOf(Buffer.concat(received));
}

/** Walks over the server's frames, which are short here and never masked. */
function closeCodeOf(answer: Buffer): number | null {
  let offset = answer.includes('\r\n\r\n') ? answer.indexOf('\r\n\r\n') + 4 : answer.length;
  while (offset + 2 <= answer.length) {
    const opcode = (answer[offset] ?? 0) & 0x0f;
    const short = (answer[offset + 1] ?? 0) & 0x7f;
    const start = offset + (short === 126 ? 4 : 2);
    const length = short === 126 ? answer.readUInt16BE(offset + 2) : short;
    if (opcode === 8) return length >= 2 ? answer.readUInt16BE(start) : null;
    offset = start + length;
  }
  return null;
}
