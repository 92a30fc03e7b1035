import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';

/** What windows may have sent of messages whose end has not come. */
export interface UnfinishedLimits {
  /** Of all windows together; whoever holds most of it is ended. */
  totalBytes: number;
  /** From the first byte of a message to its last, where it is longer than `smallBytes`. */
  ageMs: number;
  smallBytes: number;
}

const usualLimits: UnfinishedLimits = {
  totalBytes: 24 * 1024 * 1024,
  ageMs: 15_000,
  smallBytes: 64 * 1024,
};

interface Unfinished {
  bytes: number;
  sinceMs: number;
}

/** So much that came and went is worth a collection of garbage. */
const muchGarbageBytes = 8 * 1024 * 1024;

/**
 * Node collects garbage when it needs more memory, and an idle server never does. What the C
 * library then keeps for itself is used again: a second burst takes no more than the first.
 */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect === 'function') collect();
}

/** Bounds the memory that pieces of messages take, over all windows. */
export class UnfinishedMessages {
  readonly #limits: UnfinishedLimits;
  readonly #byPeer = new Map<WebSocket, Unfinished>();
  #totalBytes = 0;
  #garbageBytes = 0;

  constructor(limits = usualLimits) {
    this.#limits = limits;
  }

  /** Counts what comes over the connection below a window until each message is whole. */
  watch(peer: WebSocket, connection: Duplex): void {
    // Before ws sees the chunk, so that a message which ends in it leaves nothing counted.
    connection.prependListener('data', (chunk: Buffer) => this.#count(peer, chunk.length));
    peer.on('message', () => this.#forget(peer));
    peer.on('close', () => this.#forget(peer));
  }

  /** Ends windows whose message takes too long, and gives memory back; to be called now and then. */
  tidy(): void {
    const before = performance.now() - this.#limits.ageMs;
    for (const [peer, { bytes, sinceMs }] of this.#byPeer)
      if (sinceMs < before && bytes > this.#limits.smallBytes) this.#end(peer);
    if (this.#garbageBytes < muchGarbageBytes) return;
    this.#garbageBytes = 0;
    collectGarbage();
  }

  #count(peer: WebSocket, bytes: number): void {
    if (peer.readyState !== peer.OPEN) return;
    const unfinished = this.#byPeer.get(peer) ?? { bytes: 0, sinceMs: performance.now() };
    unfinished.bytes += bytes;
    this.#totalBytes += bytes;
    this.#byPeer.set(peer, unfinished);
    if (this.#totalBytes > this.#limits.totalBytes) this.#endGreatest();
  }

  #endGreatest(): void {
    let greatest: [WebSocket, Unfinished] | undefined;
    for (const entry of this.#byPeer)
      if (!greatest || entry[1].bytes > greatest[1].bytes) greatest = entry;
    if (greatest) this.#end(greatest[0]);
  }

  #end(peer: WebSocket): void {
    this.#forget(peer);
    peer.terminate();
  }

  #forget(peer: WebSocket): void {
    const bytes = this.#byPeer.get(peer)?.bytes ?? 0;
    this.#totalBytes -= bytes;
    this.#garbageBytes += bytes;
    this.#byPeer.delete(peer);
  }
}
