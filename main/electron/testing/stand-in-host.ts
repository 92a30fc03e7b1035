import type { EventEmitter } from 'node:events';

/** What the pieces of the stand-in need of the whole. */
export interface StandInHost {
  readonly app: EventEmitter;
  readonly windows: { close(): void }[];
  readonly session: { readonly defaultSession: unknown };
  readonly isSecondInstance: boolean;
  readonly appFolder: string;
  request(url: string): Promise<Response>;
}
