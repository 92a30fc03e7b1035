import { once } from 'node:events';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { sendBytes, sendRaw } from '../testing/raw-request.ts';
import {
  getRequest,
  openClient,
  openSocket,
  openWebSite,
  openWindow,
  pageText,
  signIn,
  withHeader,
} from '../testing/web-site.ts';
import type { WebSite } from '../testing/web-site.ts';

let site: WebSite;
beforeAll(async () => {
  site = await openWebSite();
});
afterAll(async () => {
  await site[Symbol.asyncDispose]();
});

/** Calls the core as a signed-in page does. */
async function shellByRpc(): Promise<string> {
  const { client, websocket } = await openClient(site);
  const { shell } = await client.app.info();
  websocket.close();
  return shell;
}

describe('what a page gets', () => {
  it('serves the page with every protective header and no CORS', async () => {
    const { status, head, body } = await sendRaw(site.server.port, getRequest(site, '/'));
    expect([status, body]).toEqual([200, pageText]);
    expect(head).toContain("Content-Security-Policy: default-src 'none'; script-src 'self';");
    expect(head).toContain("frame-ancestors 'none'");
    expect(head).toContain('Cross-Origin-Opener-Policy: same-origin');
    expect(head).toContain('Cross-Origin-Resource-Policy: same-origin');
    expect(head).toContain('X-Content-Type-Options: nosniff');
    expect(head).toContain('Referrer-Policy: no-referrer');
    expect(head).toContain('Cache-Control: no-cache');
    expect(head).not.toMatch(/access-control/i);
  });

  it('lets browsers keep hashed files for ever and ask again for the rest', async () => {
    const asset = await sendRaw(site.server.port, getRequest(site, '/assets/app-Ab12_-xY.js'));
    expect(asset.head).toContain('Cache-Control: public, max-age=31536000, immutable');
    expect(asset.head).toContain('Content-Type: text/javascript');
    const tag = /^etag: (.*)$/im.exec(
      (await sendRaw(site.server.port, getRequest(site, '/'))).head,
    )?.[1];
    const again = withHeader(getRequest(site, '/'), 'If-None-Match', [tag ?? '']);
    expect((await sendRaw(site.server.port, again)).status).toBe(304);
  });

  it('protects refusals like pages, on requests and on upgrades', async () => {
    const request = withHeader(getRequest(site, '/'), 'Host', ['evil.example']);
    const upgrade = withHeader(await openSocket(site), 'Cookie', []);
    for (const refused of [request, upgrade]) {
      const { head } = await sendRaw(site.server.port, refused);
      expect(head).toContain("Content-Security-Policy: default-src 'none'");
      expect(head).toContain('X-Content-Type-Options: nosniff');
    }
  });

  it('answers under all three names of this machine, each with its own origin', async () => {
    for (const name of ['127.0.0.1', 'localhost', '[::1]']) {
      const host = `${name}:${site.server.port}`;
      const upgrade = await openSocket({ ...site, host, origin: `http://${host}` });
      expect([name, (await sendRaw(site.server.port, upgrade)).status]).toEqual([name, 101]);
    }
  });

  it('lets a signed-in page call the core over its WebSocket', async () => {
    expect(await shellByRpc()).toBe('web');
  });
});

describe('limits', () => {
  it('refuses a long body, by the length it announces and by its bytes', async () => {
    const body = 'x'.repeat(1_000_000);
    const announced = withHeader({ ...signIn(site), body }, 'Content-Length', ['1000000']);
    expect((await sendRaw(site.server.port, announced)).status).toBe(413);
    const chunked = withHeader(
      withHeader({ ...signIn(site), body: `f4240\r\n${body}\r\n0\r\n\r\n` }, 'Content-Length', []),
      'Transfer-Encoding',
      ['chunked'],
    );
    expect((await sendRaw(site.server.port, chunked)).status).toBe(413);
  });

  it('refuses a smuggled second request: both length and chunks', async () => {
    const request = withHeader(signIn(site), 'Transfer-Encoding', ['chunked']);
    expect((await sendRaw(site.server.port, request)).status).toBe(400);
  });

  it('ends a connection that asks again before it was answered', async () => {
    const get = `GET / HTTP/1.1\r\nHost: ${site.host}\r\n\r\n`;
    const socket = connect({ port: site.server.port, host: '127.0.0.1' });
    socket.on('error', () => socket.destroy());
    socket.write(get.repeat(50));
    let received = '';
    socket.setEncoding('utf8').on('data', (text: string) => (received += text));
    await once(socket, 'close');
    expect(received.split('HTTP/1.1 200').length - 1).toBeLessThanOrEqual(1);
  });

  it('refuses headers of a megabyte', async () => {
    const request = withHeader(getRequest(site, '/'), 'Cookie', ['x'.repeat(1_000_000)]);
    expect((await sendRaw(site.server.port, request)).status).toBe(431);
  });

  it('refuses what is not HTTP', async () => {
    const { status } = await sendBytes(site.server.port, '\u0016\u0003\u0001 hello\r\n\r\n');
    expect(status).toBe(400);
  });

  it('ends a window that sends 17 MB in one message, and only that one', async () => {
    const other = await openWindow(site);
    const greedy = await openWindow(site);
    greedy.send(Buffer.alloc(17 * 1024 * 1024));
    await once(greedy, 'close');
    expect([other.readyState, await shellByRpc()]).toEqual([WebSocket.OPEN, 'web']);
    other.terminate();
  });

  it('ends a window that sends 17 MB in small fragments', async () => {
    const greedy = await openWindow(site);
    const closed = once(greedy, 'close');
    const piece = Buffer.alloc(1024 * 1024);
    for (let sent = 0; sent < 17; sent++) greedy.send(piece, { fin: false });
    await closed;
    expect((await sendRaw(site.server.port, getRequest(site, '/'))).status).toBe(200);
  });

  it('survives messages that are not RPC', async () => {
    const socket = await openWindow(site);
    for (const message of ['', '{', 'null', '[]', '{"i":1}', Buffer.alloc(64, 255)])
      socket.send(message);
    expect(await shellByRpc()).toBe('web');
    socket.terminate();
  });

  it('refuses the window after the thirty-second', async () => {
    await using crowded = await openWebSite();
    const windows = await Promise.all(Array.from({ length: 32 }, () => openWindow(crowded)));
    const { status } = await sendRaw(crowded.server.port, await openSocket(crowded));
    expect(status).toBe(503);
    for (const socket of windows) socket.terminate();
  });

  it('hangs up on a request that never ends, and answers others meanwhile', async () => {
    const slow = Array.from({ length: 300 }, () => {
      const socket = connect({ port: site.server.port, host: '127.0.0.1' });
      socket.on('error', () => socket.destroy());
      socket.write('GET / HTTP/1.1\r\nHost: ');
      return socket;
    });
    const hungUp = Promise.all(slow.map((socket) => once(socket.resume(), 'close')));
    const answered = sendRaw(site.server.port, getRequest(site, '/'));
    const first = await Promise.race([answered, hungUp.then(() => 'hung up first')]);
    expect(first).toMatchObject({ status: 200 });
    await hungUp;
  });

  it('listens on the two addresses of loopback and on no other of this machine', async () => {
    const others = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter(({ internal }) => !internal)
      .map(({ address, scopeid }) => (scopeid ? `${address}%${scopeid}` : address));
    for (const host of ['127.0.0.2', ...others]) {
      const socket = connect({ port: site.server.port, host });
      const [error]: unknown[] = await once(socket, 'error');
      expect(String(error)).toMatch(/ECONNREFUSED|EADDRNOTAVAIL|ENETUNREACH/);
    }
  });
});
