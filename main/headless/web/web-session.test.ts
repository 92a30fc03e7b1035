import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sendRaw } from '../testing/raw-request.ts';
import {
  getRequest,
  openWebSite,
  postJson,
  signIn,
  withHeader,
  type WebSite,
} from '../testing/web-site.ts';

let site: WebSite;
beforeEach(async () => {
  site = await openWebSite();
});
afterEach(async () => {
  await site[Symbol.asyncDispose]();
});

/** Posts a body to /session from our own page. */
async function post(body: string, contentType = 'application/json') {
  const request = withHeader({ ...signIn(site), body }, 'Content-Type', [contentType]);
  const length = String(Buffer.byteLength(body));
  return await sendRaw(site.server.port, withHeader(request, 'Content-Length', [length]));
}

describe('the token', () => {
  it('gives no cookie for anything but the whole token', async () => {
    const { token } = site;
    const candidates = [
      'x',
      '',
      token.slice(0, -1),
      `${token}A`,
      token.toLowerCase(),
      ` ${token}`,
      `${token}\u0000`,
      token.split('').toReversed().join(''),
    ];
    for (const candidate of candidates) {
      const { status, head } = await post(JSON.stringify({ token: candidate }));
      expect([candidate, status, /set-cookie/i.test(head)]).toEqual([candidate, 401, false]);
    }
  });

  it('gives no cookie for a body that is not the one object it wants', async () => {
    const { token } = site;
    const bodies = ['', 'x', 'null', '[]', '{}', '{"token":1}', '{"token":null}', `"${token}"`];
    bodies.push(JSON.stringify([token]), JSON.stringify({ token: [token] }), `{"token":"${token}"`);
    for (const body of bodies) expect([body, (await post(body)).status]).toEqual([body, 400]);
  });

  it('gives no cookie to a form, which other sites can post without asking', async () => {
    const body = JSON.stringify({ token: site.token });
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data',
      '',
    ])
      expect([type, (await post(body, type)).status]).toEqual([type, 415]);
  });

  it('is not taken from the address, where logs and history would keep it', async () => {
    const target = `/session?token=${site.token}`;
    const response = await sendRaw(site.server.port, getRequest(site, target));
    expect([response.status, /set-cookie/i.test(response.head)]).toEqual([405, false]);
  });

  it('gives a cookie that scripts cannot read and other sites cannot send', async () => {
    const { status, head } = await post(JSON.stringify({ token: site.token }));
    expect(status).toBe(200);
    const attributes = /^set-cookie: [^;]+;(.*)$/im.exec(head)?.[1]?.trim();
    expect(attributes).toBe('Path=/; HttpOnly; SameSite=Strict');
  });

  it('of a launch address works once, so that a process list gives nothing away', async () => {
    const launch = site.server.launchAddress().split('#token=')[1];
    expect(launch).not.toBe(site.token);
    const body = JSON.stringify({ token: launch });
    expect([(await post(body)).status, (await post(body)).status]).toEqual([200, 401]);
  });

  it('differs between starts, and so do the cookies', async () => {
    await using other = await openWebSite();
    expect(other.token).not.toBe(site.token);
    expect(Buffer.from(site.token, 'base64url')).toHaveLength(32);
    const asked = postJson({ ...other, cookie: site.cookie }, '/session/challenge', {
      pageNonce: 'A'.repeat(43),
    });
    expect((await sendRaw(other.server.port, asked)).status).toBe(401);
  });
});
