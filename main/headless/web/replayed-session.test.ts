import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { proofProtocol, socketProtocol } from '../../../shared/contract/web-session.ts';
import { sendRaw, type RawRequest } from '../testing/raw-request.ts';
import {
  getRequest,
  openClient,
  openSocket,
  openWebSite,
  openWindow,
  postJson,
  proveKey,
  signInTo,
  upgradeWith,
  withHeader,
  type WebSite,
} from '../testing/web-site.ts';

let site: WebSite;
beforeAll(async () => {
  site = await openWebSite();
});
afterAll(async () => {
  await site[Symbol.asyncDispose]();
});

const statusOf = async (request: RawRequest) => (await sendRaw(site.server.port, request)).status;

const nonce = 'A'.repeat(43);

describe('a neighbour who was sent the cookie', () => {
  it('opens no WebSocket with it, whatever stands in for the proof', async () => {
    const { pageNonce, serverNonce, proof } = await proveKey(site, 'rpc');
    const stolen = { pageNonce: nonce, serverNonce, proof };
    const attempts: string[][] = [
      [],
      [socketProtocol],
      [socketProtocol, ''],
      [socketProtocol, 'proof'],
      [socketProtocol, `proof.${nonce}.${nonce}.${nonce}`],
      [socketProtocol, proofProtocol(stolen)],
      [socketProtocol, proofProtocol({ pageNonce, serverNonce, proof: site.key })],
      [socketProtocol, proofProtocol({ pageNonce, serverNonce, proof: site.token })],
      [proofProtocol({ pageNonce, serverNonce, proof })],
      [socketProtocol, proofProtocol({ pageNonce, serverNonce, proof }), 'more'],
    ];
    for (const protocols of attempts)
      expect([protocols, await statusOf(upgradeWith(site, protocols))]).toEqual([protocols, 401]);
    const right = [socketProtocol, proofProtocol({ pageNonce, serverNonce, proof })];
    expect(await statusOf(upgradeWith(site, right))).toBe(101);
  });

  it('gets from the challenge nothing that counts as a proof of the page', async () => {
    const request = postJson(site, '/session/challenge', { pageNonce: nonce });
    const { body } = await sendRaw(site.server.port, request);
    const { serverNonce, proof }: { serverNonce: string; proof: string } = JSON.parse(body);
    const given = { pageNonce: nonce, serverNonce, proof };
    expect(await statusOf(upgradeWith(site, [socketProtocol, proofProtocol(given)]))).toBe(401);
    expect(await statusOf(postJson(site, '/session/end', given))).toBe(401);
  });

  it('learns neither key nor token from any path that takes the cookie', async () => {
    const requests = [
      postJson(site, '/session', { token: '' }),
      postJson(site, '/session', { token: site.cookie }),
      postJson(site, '/session/challenge', { pageNonce: nonce }),
      postJson(site, '/session/end', { pageNonce: nonce, serverNonce: nonce, proof: nonce }),
      { ...postJson(site, '/', {}), method: 'GET' },
    ];
    for (const request of requests) {
      const { head, body } = await sendRaw(site.server.port, request);
      expect(head + body).not.toContain(site.key);
      expect(head + body).not.toContain(site.token);
    }
  });
});

describe('a recorded proof', () => {
  it('opens one WebSocket and never a second', async () => {
    const recorded = await openSocket(site);
    expect([await statusOf(recorded), await statusOf(recorded)]).toEqual([101, 401]);
  });

  it('for a window signs nobody out, and the other way round', async () => {
    expect(await statusOf(postJson(site, '/session/end', await proveKey(site, 'rpc')))).toBe(401);
    const protocols = [socketProtocol, proofProtocol(await proveKey(site, 'sign-out'))];
    expect(await statusOf(upgradeWith(site, protocols))).toBe(401);
  });

  it('counts under no other name of the server, and with no other session', async () => {
    const proof = proofProtocol(await proveKey(site, 'rpc'));
    const host = `localhost:${site.server.port}`;
    const elsewhere = { ...site, host, origin: `http://${host}` };
    expect(await statusOf(upgradeWith(elsewhere, [socketProtocol, proof]))).toBe(401);
    const other = await signInTo(site);
    const request = upgradeWith({ ...site, cookie: other.cookie }, [socketProtocol, proof]);
    expect(await statusOf(request)).toBe(401);
  });

  it('of an earlier start counts nowhere', async () => {
    await using other = await openWebSite();
    const recorded = await openSocket(site);
    const { host, origin } = other;
    let request = withHeader(withHeader(recorded, 'Host', [host]), 'Origin', [origin]);
    request = withHeader(request, 'Cookie', [other.cookie]);
    expect((await sendRaw(other.server.port, request)).status).toBe(401);
  });
});

describe('a person with several tabs', () => {
  it('signs in again with the printed address and keeps the key that the other tabs hold', async () => {
    const { body } = await sendRaw(
      site.server.port,
      postJson(site, '/session', { token: site.token }),
    );
    expect(JSON.parse(body)).toEqual({ key: site.key });
  });

  it('works in two tabs at once, and in two browsers', async () => {
    const second = { ...site, ...(await signInTo(site)) };
    expect(second.key).not.toBe(site.key);
    const windows = await Promise.all([site, site, second].map(openClient));
    const shells = await Promise.all(windows.map(({ client }) => client.app.info()));
    expect(shells.map(({ shell }) => shell)).toEqual(['web', 'web', 'web']);
    for (const { websocket } of windows) websocket.close();
  });

  it('signs out every tab of that browser and of no other', async () => {
    const leaving = { ...site, ...(await signInTo(site)) };
    const tabs = await Promise.all([openWindow(leaving), openWindow(leaving)]);
    const staying = await openWindow(site);
    const closed = Promise.all(tabs.map((tab) => once(tab, 'close')));
    const unused = proofProtocol(await proveKey(leaving, 'rpc'));
    const request = postJson(leaving, '/session/end', await proveKey(leaving, 'sign-out'));
    const { status, head } = await sendRaw(site.server.port, request);
    expect([status, /set-cookie: [^;]+=;.*Max-Age=0/i.test(head)]).toEqual([204, true]);
    expect((await closed).map(([code]: unknown[]) => code)).toEqual([4401, 4401]);
    expect(await statusOf(upgradeWith(leaving, [socketProtocol, unused]))).toBe(401);
    expect(staying.readyState).toBe(staying.OPEN);
    staying.terminate();
  });
});

describe('another program on the same port of ::1', () => {
  it('is never asked for our page: localhost is then no name of ours', async () => {
    const squatter = createServer((_: IncomingMessage, response) => response.end('squatter'));
    squatter.listen({ port: 0, host: '::1', ipv6Only: true });
    await once(squatter, 'listening');
    const address = squatter.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    await using other = await openWebSite(port);
    const statuses = [];
    for (const name of ['127.0.0.1', 'localhost', '[::1]'])
      statuses.push(
        (await sendRaw(port, getRequest({ host: `${name}:${other.server.port}` }, '/'))).status,
      );
    expect(statuses).toEqual([200, 403, 403]);
    squatter.close();
  });
});
