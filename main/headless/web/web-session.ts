import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

const failuresBeforeDelay = 10;
const failureDelayMs = 1000;
const waitingAttempts = 16;
const launchTokenLifeMs = 60_000;

const newSecret = () => randomBytes(32).toString('base64url');

const digest = (text: string) => createHash('sha256').update(text).digest();

/** Compares in constant time, whatever the lengths. */
function isEqualSecret(candidate: string, secret: string): boolean {
  return timingSafeEqual(digest(candidate), digest(secret));
}

/**
 * Who may use this server: whoever knows the 256-bit token of this start. The token travels in a
 * URL fragment, which browsers never send, and is exchanged for a cookie the page cannot read.
 */
export class WebSession {
  readonly token = newSecret();
  readonly #cookieName: string;
  readonly #cookieSecret = newSecret();
  #launch: { token: string; expiresMs: number } | undefined;
  #failures = 0;
  #waiting = 0;

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
    this.#launch = { token, expiresMs: Date.now() + launchTokenLifeMs };
    return token;
  }

  /** Checks a token; after ten failures every attempt takes a second, and a crowd is turned away. */
  async exchange(candidate: string): Promise<'accepted' | 'refused' | 'busy'> {
    if (this.#waiting >= waitingAttempts) return 'busy';
    this.#waiting++;
    try {
      if (this.#failures >= failuresBeforeDelay) await delay(failureDelayMs);
      if (!this.#isKnown(candidate)) {
        this.#failures++;
        return 'refused';
      }
      this.#failures = 0;
      return 'accepted';
    } finally {
      this.#waiting--;
    }
  }

  /** The `Set-Cookie` value: never sent from another site, never shown to scripts. */
  setCookie(): string {
    return `${this.#cookieName}=${this.#cookieSecret}; Path=/; HttpOnly; SameSite=Strict`;
  }

  /** True when the request's cookies hold exactly one value under our name, the right one. */
  isAuthorized(cookieHeaders: string[] | undefined): boolean {
    const values = (cookieHeaders ?? [])
      .flatMap((header) => header.split(';'))
      .map((pair) => pair.trim())
      .filter((pair) => pair.startsWith(`${this.#cookieName}=`))
      .map((pair) => pair.slice(this.#cookieName.length + 1));
    return values.length === 1 && isEqualSecret(values[0] ?? '', this.#cookieSecret);
  }

  #isKnown(candidate: string): boolean {
    const launch = this.#launch;
    if (launch && launch.expiresMs > Date.now() && isEqualSecret(candidate, launch.token)) {
      this.#launch = undefined;
      return true;
    }
    return isEqualSecret(candidate, this.token);
  }
}
