import { createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import { WebSocket as RawWebSocket } from 'ws';
import type { Contract } from '../../../shared/contract/contract.ts';
import {
  challengedSchema,
  proofProtocol,
  proofText,
  signedInSchema,
  socketProtocol,
  type Proof,
  type ProofPurpose,
} from '../../../shared/contract/web-session.ts';
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
  /** What proofs are made with, as obtained through the token. */
  key: string;
}

/** Starts the site, on any free port or on this one, and signs in once. */
export async function openWebSite(port = 0): Promise<WebSite> {
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
  const server = await startWebServer({ port, rendererDir, core });
  const host = `127.0.0.1:${server.port}`;
  const token = server.address.split('#token=')[1] ?? '';
  const site = { core, server, host, origin: `http://${host}`, token };
  return {
    ...site,
    ...(await signInTo(site)),
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

/** Signs in by the token: the cookie and the key of a new session. */
export async function signInTo(
  site: Address & Pick<SignedIn, 'server'>,
): Promise<{ cookie: string; key: string }> {
  const { head, body } = await sendRaw(site.server.port, signIn(site));
  const cookie = /^set-cookie: ([^;]+)/im.exec(head)?.[1];
  if (cookie === undefined) throw new Error(`Sign-in failed: ${head}`);
  return { cookie, ...signedInSchema.parse(JSON.parse(body)) };
}

/** A session at a server, under one of its names. */
export type SignedIn = Pick<WebSite, 'host' | 'origin' | 'cookie' | 'key'> & {
  server: Pick<WebServer, 'port'>;
};

/** A POST of JSON by a page of ours. */
export function postJson(
  { host, origin, cookie }: Pick<SignedIn, 'host' | 'origin' | 'cookie'>,
  target: string,
  value: unknown,
): RawRequest {
  const body = JSON.stringify(value);
  return {
    method: 'POST',
    target,
    headers: [
      ['Host', host],
      ['Origin', origin],
      ['Cookie', cookie],
      ['Content-Type', 'application/json'],
      ['Content-Length', String(Buffer.byteLength(body))],
    ],
    body,
  };
}

/** A fresh proof that a page holds the key of its session, as the page makes it. */
export async function proveKey(site: SignedIn, purpose: ProofPurpose): Promise<Proof> {
  const pageNonce = randomBytes(32).toString('base64url');
  const request = postJson(site, '/session/challenge', { pageNonce });
  const { body } = await sendRaw(site.server.port, request);
  const { serverNonce, proof } = challengedSchema.parse(JSON.parse(body));
  const exchange = { host: site.host, pageNonce, serverNonce };
  if (proof !== sign(site.key, proofText('server', exchange)))
    throw new Error('The server does not know the key');
  return { pageNonce, serverNonce, proof: sign(site.key, proofText(purpose, exchange)) };
}

const sign = (key: string, text: string) =>
  createHmac('sha256', Buffer.from(key, 'base64url')).update(text).digest('base64url');

/** The request by which a signed-in page opens its WebSocket. */
export async function openSocket(site: SignedIn): Promise<RawRequest> {
  return upgradeWith(site, await proofProtocols(site));
}

const proofProtocols = async (site: SignedIn) => [
  socketProtocol,
  proofProtocol(await proveKey(site, 'rpc')),
];

/** An upgrade with these protocol names, whatever they prove. */
export function upgradeWith(
  { host, origin, cookie }: Pick<SignedIn, 'host' | 'origin' | 'cookie'>,
  protocols: readonly string[],
): RawRequest {
  return {
    method: 'GET',
    target: '/rpc',
    headers: [
      ['Host', host],
      ['Origin', origin],
      ['Cookie', cookie],
      ['Connection', 'Upgrade'],
      ['Upgrade', 'websocket'],
      ['Sec-WebSocket-Version', '13'],
      ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='],
      ['Sec-WebSocket-Protocol', protocols.join(', ')],
    ],
  };
}

/** A window of a session, open, to send raw messages with. */
export async function openWindow(site: SignedIn): Promise<RawWebSocket> {
  const { host, origin, cookie } = site;
  const protocols = await proofProtocols(site);
  const socket = new RawWebSocket(`ws://${host}/rpc`, protocols, { origin, headers: { cookie } });
  await once(socket, 'open');
  return socket;
}

/** The core behind a window of a session, and the socket to end it by. */
export async function openClient(
  site: SignedIn,
): Promise<{ client: ContractRouterClient<Contract>; websocket: WebSocket }> {
  const headers = { origin: site.origin, cookie: site.cookie };
  const protocols = await proofProtocols(site);
  const websocket = new WebSocket(`ws://${site.host}/rpc`, { headers, protocols });
  await once(websocket, 'open');
  return { client: createORPCClient(new RPCLink({ websocket })), websocket };
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
