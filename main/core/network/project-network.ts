import type { NetworkStatus, RequestPurpose } from '../../../shared/contract/network.ts';
import { AppError } from '../base/app-error.ts';
import { normalBaseUrl } from './base-url.ts';
import { EndpointClient } from './endpoint-client.ts';
import type { NetworkSettings } from './network-settings.ts';
import { RequestLog } from './request-log.ts';

const secondMs = 1000;

/** How long one attempt may take, and how often it is repeated, by what it is for. */
const patience: Record<RequestPurpose, { timeoutMs: number; retries: number }> = {
  answer: { timeoutMs: 1800 * secondMs, retries: 4 },
  judge: { timeoutMs: 600 * secondMs, retries: 4 },
  models: { timeoutMs: 20 * secondMs, retries: 0 },
  test: { timeoutMs: 120 * secondMs, retries: 0 },
};

/**
 * What the open project may ask beyond this program: nothing, until this person on this machine
 * says so. A project file can name any endpoint; only those that were added here are asked.
 */
export class ProjectNetwork {
  readonly #uuid: string;
  readonly #settings: NetworkSettings;
  readonly #log: RequestLog;
  #isUntilClosed = false;
  #ending = new AbortController();

  constructor(uuid: string, settings: NetworkSettings, userDataDir: string) {
    this.#uuid = uuid;
    this.#settings = settings;
    this.#log = new RequestLog(userDataDir, uuid);
  }

  /** What is allowed, and how often it was made use of. */
  status(): NetworkStatus {
    const { isEnabled, baseUrls } = this.#settings.project(this.#uuid);
    return {
      isEnabled: isEnabled || this.#isUntilClosed,
      isUntilClosed: !isEnabled && this.#isUntilClosed,
      endpoints: baseUrls.map((baseUrl) => ({
        baseUrl,
        hasKey: this.#settings.keyOf(baseUrl) !== undefined,
      })),
      requests: this.#log.count(),
      logPath: this.#log.path,
    };
  }

  /** Lets the project ask endpoints, for good or until it is closed; or stops all that it asks. */
  setEnabled(isEnabled: boolean, untilClosed: boolean): NetworkStatus {
    if (isEnabled && untilClosed) this.#isUntilClosed = true;
    else this.#settings.change(this.#uuid, { isEnabled });
    if (!isEnabled) {
      this.#isUntilClosed = false;
      this.#ending.abort(networkOff());
      this.#ending = new AbortController();
    }
    return this.status();
  }

  /** Adds an endpoint that the project may ask; without a key one that is stored stays. */
  allow(text: string, key: string | undefined): NetworkStatus {
    const baseUrl = normalBaseUrl(text);
    const { baseUrls } = this.#settings.project(this.#uuid);
    if (!baseUrls.includes(baseUrl))
      this.#settings.change(this.#uuid, { baseUrls: [...baseUrls, baseUrl] });
    if (key !== undefined) this.#settings.setKey(baseUrl, key);
    return this.status();
  }

  /** The project may ask it no more; its key is removed unless another project asks it. */
  forget(text: string): NetworkStatus {
    const baseUrl = normalBaseUrl(text);
    const { baseUrls } = this.#settings.project(this.#uuid);
    const kept = baseUrls.filter((other) => other !== baseUrl);
    this.#settings.change(this.#uuid, { baseUrls: kept });
    if (!this.#settings.isAdded(baseUrl)) this.#settings.setKey(baseUrl, null);
    return this.status();
  }

  /** Aborts when the project may ask nothing any more. */
  get ending(): AbortSignal {
    return this.#ending.signal;
  }

  /** Throws NETWORK_OFF unless this endpoint may be asked; returns its base URL as it is written. */
  require(text: string): string {
    const baseUrl = normalBaseUrl(text);
    const { isEnabled, baseUrls } = this.#settings.project(this.#uuid);
    if (!isEnabled && !this.#isUntilClosed) throw networkOff(baseUrl);
    if (baseUrls.includes(baseUrl)) return baseUrl;
    throw new AppError(
      'NETWORK_OFF',
      `The project asks ${baseUrl}, which nobody on this machine added to it: add this endpoint first, if you trust it with the prompts`,
      { baseUrl },
    );
  }

  /** A client of an endpoint that may be asked; NETWORK_OFF otherwise. */
  client(text: string, purpose: RequestPurpose): EndpointClient {
    const baseUrl = this.require(text);
    const key = this.#settings.keyOf(baseUrl);
    return new EndpointClient(baseUrl, { key, log: this.#log, purpose, ...patience[purpose] });
  }

  /** The newest requests, the newest first. */
  log(limit: number): ReturnType<RequestLog['read']> {
    return this.#log.read(limit);
  }
}

const networkOff = (baseUrl?: string) =>
  new AppError(
    'NETWORK_OFF',
    `Network is off for this project on this machine${baseUrl === undefined ? '' : `, so ${baseUrl} is not asked`}: turn it on under Network, or with --network`,
    { ...(baseUrl !== undefined && { baseUrl }) },
  );
