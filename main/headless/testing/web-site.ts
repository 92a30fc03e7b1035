import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCore, type Core } from '../../core/create-core.ts';
import { startWebServer, type WebServer } from '../web/web-server.ts';
import { sendRaw, type RawRequest } from './raw-request.ts';

/** Text that only the page holds. */
export const pageText = '<!doctype html><title>Lima page</title>';

/** Text that lies beside the page and must never be sent. */
export const secretText = 'a file outside the page';

/** A web server with a real core on a small page in a temporary folder. */
export interface WebSite extends AsyncDisposable {
  core: Core;
  server: WebServer;
  host: string;
  origin: string;
  token: string;
  /** `name=value`, as obtained through the token. */
  cookie: string;
}

/** Starts the site and signs in once. */
export async function openWebSite(): Promise<WebSite> {
  const folder = mkdtempSync(join(tmpdir(), 'lima-web-'));
  const rendererDir = join(folder, 'renderer');
  mkdirSync(join(rendererDir, 'assets'), { recursive: true });
  writeFileSync(join(rendererDir, 'index.html'), pageText);
  writeFileSync(join(rendererDir, 'assets', 'app-Ab12_-xY.js'), 'export {};');
  writeFileSync(join(folder, 'secret.txt'), secretText);
  symlinkSync(join(folder, 'secret.txt'), join(rendererDir, 'link.txt'));
  const core = await createCore({
    shell: 'web',
    userDataDir: join(folder, 'user'),
    fileRoots: [folder],
  });
  const server = await startWebServer({ port: 0, rendererDir, core });
  const host = `127.0.0.1:${server.port}`;
  const token = server.address.split('#token=')[1] ?? '';
  const site = { core, server, host, origin: `http://${host}`, token };
  const { head } = await sendRaw(server.port, signIn(site));
  const cookie = /^set-cookie: ([^;]+)/im.exec(head)?.[1];
  if (cookie === undefined) throw new Error(`Sign-in failed: ${head}`);
  return {
    ...site,
    cookie,
    [Symbol.asyncDispose]: async () => {
      await server.close();
      await core.close();
      rmSync(folder, { recursive: true });
    },
  };
}

type Address = Pick<WebSite, 'host' | 'origin' | 'token'>;

/** The request by which a page exchanges its token. */
export function signIn({ host, origin, token }: Address): RawRequest {
  return {
    method: 'POST',
    target: '/session',
    headers: [
      ['Host', host],
      ['Origin', origin],
      ['Content-Type', 'application/json'],
      ['Content-Length', String(JSON.stringify({ token }).length)],
    ],
    body: JSON.stringify({ token }),
  };
}

/** The request by which a signed-in page opens its WebSocket. */
export function openSocket({ host, origin, cookie }: Omit<Address, 'token'> & { cookie: string }) {
  const headers: [string, string][] = [
    ['Host', host],
    ['Origin', origin],
    ['Cookie', cookie],
    ['Connection', 'Upgrade'],
    ['Upgrade', 'websocket'],
    ['Sec-WebSocket-Version', '13'],
    ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='],
  ];
  return { method: 'GET', target: '/rpc', headers } satisfies RawRequest;
}

/** A plain request for a path. */
export function getRequest(
  { host }: Pick<WebSite, 'host'>,
  target: string,
  method = 'GET',
): RawRequest {
  return { method, target, headers: [['Host', host]] };
}

/** The same request with one header replaced, or repeated when it is given several values. */
export function withHeader(request: RawRequest, name: string, values: string[]): RawRequest {
  const others = request.headers.filter(([other]) => other.toLowerCase() !== name.toLowerCase());
  const added = values.map((value): [string, string] => [name, value]);
  return { ...request, headers: [...added, ...others] };
}
