import type { ClientContext, ClientLink } from '@orpc/client';
import { RPCLink as PortLink } from '@orpc/client/message-port';
import { RPCLink as SocketLink } from '@orpc/client/websocket';
import { openWebSocket } from './web-session.ts';

/** One live connection to the core; `closed` settles when it is gone for good. */
export interface Transport {
  link: ClientLink<ClientContext>;
  closed: Promise<void>;
}

declare global {
  interface Window {
    /** Exists in the desktop window only. */
    limaDesktop?: {
      /** Asks the shell to post a fresh port to the page. */
      connect: () => unknown;
      /** Where a file lies that a person dropped on the window. */
      pathOf: (file: File) => string;
    };
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
  const socket = await openWebSocket();
  const closed = new Promise<void>((resolve) => {
    socket.addEventListener('close', () => resolve(), { once: true });
  });
  return { link: new SocketLink({ websocket: socket }), closed };
}
