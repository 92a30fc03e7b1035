import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { proofProtocol, socketProtocol } from '../../../shared/contract/web-session.ts';
import { openWebSite, proveKey, type WebSite } from '../testing/web-site.ts';

const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';

const hostilePage = readFileSync(join(import.meta.dirname, '../testing/hostile-page.html'));

const everythingRefused = {
  read: expect.stringContaining('refused'),
  challenge: expect.stringContaining('refused'),
  post: expect.stringContaining('refused'),
  socket: 'refused',
  script: 'refused',
  image: 'refused',
};

describe.skipIf(!existsSync(executablePath))(`a hostile page in ${executablePath}`, () => {
  let site: WebSite;
  let browser: Browser;
  const evil = createServer((_, response) => {
    response.setHeader('Content-Type', 'text/html').end(hostilePage);
  });
  let evilPort = 0;

  beforeAll(async () => {
    site = await openWebSite();
    await new Promise<void>((resolve) => evil.listen(0, '127.0.0.1', resolve));
    const address = evil.address();
    evilPort = typeof address === 'object' ? (address?.port ?? 0) : 0;
    const args = ['--no-sandbox', '--host-resolver-rules=MAP evil.example 127.0.0.1'];
    browser = await chromium.launch({ executablePath, args });
  });
  afterAll(async () => {
    await browser.close();
    await site[Symbol.asyncDispose]();
    await new Promise((resolve) => evil.close(resolve));
  });

  /** A window of someone who is signed in to our server, now looking at `url`. */
  async function victimAt(url: string): Promise<Page> {
    const context = await browser.newContext();
    const [name = '', value = ''] = site.cookie.split('=');
    await context.addCookies([
      { name, value, domain: '127.0.0.1', path: '/', sameSite: 'Strict', httpOnly: true },
    ]);
    const page = await context.newPage();
    await page.goto(url);
    return page;
  }

  it('our own page opens its socket by the key, and not by the cookie alone', async () => {
    const page = await victimAt(`${site.origin}/`);
    expect(await page.title()).toBe('Lima page');
    const protocols = [socketProtocol, proofProtocol(await proveKey(site, 'rpc'))];
    const open = (names: string[]) =>
      page.evaluate<string>(`new Promise((resolve) => {
        const socket = new WebSocket('ws://${site.host}/rpc', ${JSON.stringify(names)});
        socket.addEventListener('open', () => resolve('opened'));
        socket.addEventListener('error', () => resolve('refused'));
      })`);
    expect([await open([]), await open(protocols)]).toEqual(['refused', 'opened']);
    await page.context().close();
  });

  it.each(['127.0.0.1', 'localhost', 'evil.example'])(
    'served from another port of %s reads nothing, signs in nowhere and opens no socket',
    async (name) => {
      const page = await victimAt(`http://${name}:${evilPort}/`);
      expect(await page.evaluate(`attack('${site.host}')`)).toEqual(everythingRefused);
      await page.context().close();
    },
  );

  it('whose name is rebound to our address and port gets none of our page', async () => {
    const page = await victimAt(`http://127.0.0.1:${evilPort}/`);
    const response = await page.goto(`http://evil.example:${site.server.port}/`);
    expect([response?.status(), await page.title()]).toEqual([403, '']);
    const status = await page.evaluate(
      `fetch('./session', { method: 'POST' }).then((response) => response.status)`,
    );
    expect(status).toBe(403);
    await page.context().close();
  });

  it('cannot put our page into a frame', async () => {
    const page = await victimAt(`http://127.0.0.1:${evilPort}/`);
    await page.evaluate(`load('iframe', '${site.origin}/')`);
    const titles = await Promise.all(page.frames().map((frame) => frame.title()));
    expect(titles).not.toContain('Lima page');
    await page.context().close();
  });
});
