import type { z } from 'zod';
import {
  challengedSchema,
  proofProtocol,
  proofText,
  signedInSchema,
  socketProtocol,
  type Proof,
  type ProofPurpose,
  type challengeSchema,
  type signInSchema,
} from '../../shared/contract/web-session.ts';

const keyName = 'lima-session-key';

/** The server does not know this browser: only the address printed by `lima serve` helps. */
export class SignInNeeded extends Error {
  override name = 'SignInNeeded';
}

/** The start token in an address fragment such as `#token=abc`, if there is one. */
export function tokenInFragment(fragment: string): string | undefined {
  return new URLSearchParams(fragment.replace(/^#/, '')).get('token') ?? undefined;
}

/**
 * Opens the WebSocket of a page that is signed in, or signs it in by the token of its address,
 * which is taken out of the address and the history. Throws `SignInNeeded` where neither works.
 */
export async function openWebSocket(): Promise<WebSocket> {
  const token = tokenInFragment(location.hash);
  if (token !== undefined) await exchangeToken(token);
  const proof = await proveKey('rpc');
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  const protocols = [socketProtocol, proofProtocol(proof)];
  const socket = new WebSocket(`${scheme}://${location.host}/rpc`, protocols);
  const opened = new Promise<boolean>((resolve) => {
    socket.addEventListener('open', () => resolve(true), { once: true });
    socket.addEventListener('close', () => resolve(false), { once: true });
  });
  if (!(await opened)) throw new Error(`The server at ${location.host} refused the connection.`);
  return socket;
}

/** Signs this browser out, all of its tabs; only the printed address signs it in again. */
export async function signOut(): Promise<void> {
  const response = await post('./session/end', await proveKey('sign-out'));
  if (!response.ok) throw new Error(`The server answered ${response.status} to signing out.`);
  forgetKey();
}

/** Settles when this page may be let in after all: by a new address, or another tab's sign-in. */
export function signInChanged(): Promise<void> {
  return new Promise((resolve) => {
    const stop = new AbortController();
    const settle = () => {
      stop.abort();
      resolve();
    };
    const { signal } = stop;
    const onHash = () => tokenInFragment(location.hash) !== undefined && settle();
    const onStorage = ({ key, newValue }: StorageEvent) => {
      if (key === keyName && newValue !== null) settle();
    };
    window.addEventListener('hashchange', onHash, { signal });
    window.addEventListener('storage', onStorage, { signal });
  });
}

async function exchangeToken(token: string): Promise<void> {
  const response = await post('./session', { token } satisfies z.infer<typeof signInSchema>);
  history.replaceState(null, '', location.pathname + location.search);
  if (response.ok) return keepKey(signedInSchema.parse(await response.json()).key);
  // An address of an earlier start, or one that was good once: an earlier sign-in may still count.
  if (storedKey() === undefined)
    throw new SignInNeeded('The token in the address is not the one this server was started with.');
}

/**
 * Proves to the server that this browser holds its key, after the server has: a program that took
 * over the port of a server that ended gets a question that it cannot answer, and nothing more.
 */
async function proveKey(purpose: ProofPurpose): Promise<Proof> {
  const key = storedKey();
  if (key === undefined) throw new SignInNeeded('This browser has not signed in to this server.');
  const pageNonce = toBase64Url(crypto.getRandomValues(new Uint8Array(32)));
  const question = { pageNonce } satisfies z.infer<typeof challengeSchema>;
  const response = await post('./session/challenge', question);
  if (response.status === 401 || response.status === 403) {
    if (storedKey() === key) forgetKey();
    throw new SignInNeeded('The server does not know this browser, or was started again.');
  }
  const answer = challengedSchema.safeParse(await response.json().catch(() => undefined)).data;
  const exchange = { host: location.host, pageNonce, serverNonce: answer?.serverNonce ?? '' };
  if (answer?.proof !== (await hmac(key, proofText('server', exchange))))
    throw new Error(
      `Another program answers at ${location.host}. It was told nothing; stop it, or open the ` +
        'address that "lima serve" prints.',
    );
  const proof = await hmac(key, proofText(purpose, exchange));
  return { pageNonce, serverNonce: answer.serverNonce, proof };
}

function post(path: string, body: object): Promise<Response> {
  return fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

async function hmac(key: string, text: string): Promise<string> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const imported = await crypto.subtle.importKey('raw', fromBase64Url(key), algorithm, false, [
    'sign',
  ]);
  const signature = await crypto.subtle.sign('HMAC', imported, new TextEncoder().encode(text));
  return toBase64Url(new Uint8Array(signature));
}

function toBase64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

/** The key where a browser keeps nothing for a page: it then lasts until the page is reloaded. */
let unkeptKey: string | undefined;

function storedKey(): string | undefined {
  try {
    return localStorage.getItem(keyName) ?? unkeptKey;
  } catch {
    return unkeptKey;
  }
}

function keepKey(key: string): void {
  unkeptKey = key;
  try {
    localStorage.setItem(keyName, key);
  } catch (error) {
    console.warn('This browser keeps no sign-in; a reload asks for the address again:', error);
  }
}

function forgetKey(): void {
  unkeptKey = undefined;
  try {
    localStorage.removeItem(keyName);
  } catch {
    // Nothing was kept.
  }
}
