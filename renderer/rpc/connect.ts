import type { ClientContext, ClientLink } from '@orpc/client';
import { RPCLink as PortLink } from '@orpc/client/message-port';
import { RPCLink as SocketLink } from '@orpc/client/websocket';

/** One live connection to the core; `closed` settles when it is gone for good. */
export interface Transport {
  link: ClientLink<ClientContext>;
  closed: Promise<void>;
}

declare global {
  interface Window {
    /** Exists in the desktop window only; asks the shell to post a fresh port to the page. */
    limaDesktop?: { connect(): unknown };
  }
}

const portTimeoutMs = 10_000;

/**
 * Opens the connection this page can have: a message port in the desktop window, a WebSocket in
 * a browser. Throws `SignInNeeded` when the server does not know this browser.
 */
export async function openTransport(): Promise<Transport> {
  return window.limaDesktop ? openPort(window.limaDesktop) : openSocket();
}

async function openPort(desktop: { connect(): unknown }): Promise<Transport> {
  const port = await nextPort(desktop);
  const closed = new Promise<void>((resolve) => {
    port.addEventListener('close', () => resolve());
  });
  const link = new PortLink({ port });
  port.start();
  return { link, closed };
}

function nextPort(desktop: { connect(): unknown }): Promise<MessagePort> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      window.removeEventListener('message', receive);
      reject(new Error(`The window got no port from the shell within ${portTimeoutMs / 1000} s.`));
    }, portTimeoutMs);
    function receive(event: MessageEvent<unknown>) {
      const port = event.ports[0];
      if (event.source !== window || event.data !== 'lima:port' || !port) return;
      clearTimeout(timer);
      window.removeEventListener('message', receive);
      resolve(port);
    }
    window.addEventListener('message', receive);
    desktop.connect();
  });
}

async function openSocket(): Promise<Transport> {
  await openWebSession();
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  const socket = new WebSocket(`${scheme}://${location.host}/rpc`);
  const closed = new Promise<void>((resolve) => {
    socket.addEventListener('close', () => resolve(), { once: true });
  });
  const opened = new Promise<boolean>((resolve) => {
    socket.addEventListener('open', () => resolve(true), { once: true });
    socket.addEventListener('close', () => resolve(false), { once: true });
  });
  const link = new SocketLink({ websocket: socket });
  if (!(await opened)) throw new Error(`The server at ${location.host} refused the connection.`);
  return { link, closed };
}

/** The server does not know this browser: only the address printed by `lima serve` helps. */
export class SignInNeeded extends Error {
  override name = 'SignInNeeded';
}

/** The start token in an address fragment such as `#token=abc`, if there is one. */
export function tokenInFragment(fragment: string): string | undefined {
  return new URLSearchParams(fragment.replace(/^#/, '')).get('token') ?? undefined;
}

/**
 * Exchanges the start token in the address for an HttpOnly cookie and takes it out of the address
 * and the history. Without a token it asks whether the cookie of an earlier visit still counts.
 */
async function openWebSession(): Promise<void> {
  const token = tokenInFragment(location.hash);
  const response = token === undefined ? await fetch('./session') : await postToken(token);
  if (token !== undefined) history.replaceState(null, '', location.pathname + location.search);
  if (response.status === 401 || response.status === 403) {
    throw new SignInNeeded(
      token === undefined
        ? 'This browser has not signed in to this server.'
        : 'The token in the address is not the one this server was started with.',
    );
  }
}

function postToken(token: string): Promise<Response> {
  return fetch('./session', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  });
}
