import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { proofText, type Proof, type ProofPurpose } from '../../../shared/contract/web-session.ts';

const launchTokenLifeMs = 60_000;
const proofLifeMs = 30_000;
/** Only whoever knows the token makes a session, so this bounds memory and nobody's patience. */
const mostSessions = 64;
/** Other ports of this address may plant cookies of our name; so many of them are looked at. */
const mostCookies = 16;

const newSecret = () => randomBytes(32).toString('base64url');

const digest = (text: string) => createHash('sha256').update(text).digest('base64url');

const hmac = (key: Buffer, text: string) => createHmac('sha256', key).update(text).digest();

/** Compares in constant time, whatever the lengths. */
function isEqualSecret(candidate: string, secret: string): boolean {
  return timingSafeEqual(Buffer.from(digest(candidate)), Buffer.from(digest(secret)));
}

/** One browser that has signed in: a cookie that browsers show to every port, and a key. */
export interface WebSession {
  readonly cookie: string;
  /** 32 bytes in base64url, sent to the page once, in answer to the token. */
  readonly key: string;
}

/**
 * Who may use this server: whoever knows the 256-bit token of this start. It travels in a URL
 * fragment, which browsers never send, and is exchanged for a cookie and a key. Everything after
 * needs both: the cookie as it is, and a proof by the key that is good once.
 */
export class WebSessions {
  readonly token = newSecret();
  readonly #cookieName: string;
  /** By the digest of the cookie, the one used last at the end. */
  readonly #sessions = new Map<string, WebSession>();
  readonly #nonceKey = randomBytes(32);
  /** Nonces that were answered, until they are too old to be answered again. */
  readonly #spent = new Map<string, number>();
  #launch: { token: string; expiresMs: number } | undefined;

  /** Cookies ignore ports, so the port is part of the name: two servers keep their own. */
  constructor(port: number) {
    this.#cookieName = `lima-${port}`;
  }

  /**
   * A token for one exchange within a minute: it may appear in a process list, where the address
   * given to the browser is readable by every user of the machine.
   */
  issueLaunchToken(): string {
    const token = newSecret();
    this.#launch = { token, expiresMs: performance.now() + launchTokenLifeMs };
    return token;
  }

  /**
   * The session for a token, or `undefined` for a wrong one. A browser that is signed in keeps its
   * session, so that its other tabs stay connected. 2²⁵⁶ guesses need neither delay nor lockout.
   */
  signIn(token: string, cookieHeaders: string[] | undefined): WebSession | undefined {
    if (!this.#isKnown(token)) return undefined;
    const known = this.find(cookieHeaders);
    if (known) return known;
    const session = { cookie: newSecret(), key: newSecret() };
    this.#sessions.set(digest(session.cookie), session);
    const [oldest] = this.#sessions.keys();
    if (this.#sessions.size > mostSessions && oldest !== undefined) this.#sessions.delete(oldest);
    return session;
  }

  /**
   * The session whose cookie is among those of a request. It opens nothing by itself: every server
   * on this address gets the cookie. Planted ones beside it lock nobody out.
   */
  find(cookieHeaders: string[] | undefined): WebSession | undefined {
    const values = (cookieHeaders ?? [])
      .flatMap((header) => header.split(';'))
      .map((pair) => pair.trim())
      .filter((pair) => pair.startsWith(`${this.#cookieName}=`))
      .map((pair) => digest(pair.slice(this.#cookieName.length + 1)));
    const id = values.slice(0, mostCookies).find((value) => this.#sessions.has(value));
    const session = id === undefined ? undefined : this.#sessions.get(id);
    if (id === undefined || !session) return undefined;
    this.#sessions.delete(id);
    this.#sessions.set(id, session);
    return session;
  }

  /** Forgets a session: neither its cookie nor its key is good for anything from here on. */
  end(session: WebSession): void {
    this.#sessions.delete(digest(session.cookie));
  }

  /** Proves to a page that this server knows its key, before the page proves anything. */
  challenge(
    { key }: WebSession,
    { host, pageNonce }: { host: string; pageNonce: string },
  ): { serverNonce: string; proof: string } {
    const serverNonce = this.#newNonce();
    return {
      serverNonce,
      proof: prove(key, proofText('server', { host, pageNonce, serverNonce })),
    };
  }

  /** True for a proof by the session's key of a nonce that we made and nobody answered yet. */
  accepts(session: WebSession, purpose: ProofPurpose, given: Proof & { host: string }): boolean {
    const isOurs = this.#isFresh(given.serverNonce);
    const isRight = isEqualSecret(given.proof, prove(session.key, proofText(purpose, given)));
    if (!isOurs || !isRight || this.#spent.has(given.serverNonce)) return false;
    this.#spend(given.serverNonce);
    return true;
  }

  /** The `Set-Cookie` value: never sent from another site, never shown to scripts. */
  setCookie({ cookie }: WebSession): string {
    return `${this.#cookieName}=${cookie}; Path=/; HttpOnly; SameSite=Strict`;
  }

  /** The `Set-Cookie` value that takes the cookie away. */
  clearCookie(): string {
    return `${this.#cookieName}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0`;
  }

  /** 8 random bytes, 8 of the time and 16 that show we made it: a crowd that asks fills no table. */
  #newNonce(): string {
    const body = Buffer.concat([randomBytes(8), Buffer.alloc(8)]);
    body.writeDoubleBE(performance.now(), 8);
    return Buffer.concat([body, this.#sealOf(body)]).toString('base64url');
  }

  #isFresh(nonce: string): boolean {
    const bytes = Buffer.from(nonce, 'base64url');
    if (bytes.length !== 32 || bytes.toString('base64url') !== nonce) return false;
    const body = bytes.subarray(0, 16);
    const isSealed = timingSafeEqual(bytes.subarray(16), this.#sealOf(body));
    return isSealed && performance.now() - body.readDoubleBE(8) < proofLifeMs;
  }

  #sealOf = (body: Buffer) => hmac(this.#nonceKey, body.toString('base64url')).subarray(0, 16);

  #spend(nonce: string): void {
    const now = performance.now();
    for (const [old, spentMs] of this.#spent) {
      if (now - spentMs < proofLifeMs) break;
      this.#spent.delete(old);
    }
    this.#spent.set(nonce, now);
  }

  #isKnown(candidate: string): boolean {
    const launch = this.#launch;
    if (launch && launch.expiresMs > performance.now() && isEqualSecret(candidate, launch.token)) {
      this.#launch = undefined;
      return true;
    }
    return isEqualSecret(candidate, this.token);
  }
}

function prove(key: string, text: string): string {
  return hmac(Buffer.from(key, 'base64url'), text).toString('base64url');
}
