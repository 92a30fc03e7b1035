import type { Duplex } from 'node:stream';

/** Room for connections that never had an answer, and for those that did. */
export interface StrangerLimits {
  mostSilent: number;
  mostAnswered: number;
}

const usualLimits: StrangerLimits = { mostSilent: 256, mostAnswered: 512 };

/**
 * Connections that nobody has signed in on. Each of two classes has its own room, and when it is
 * full its oldest goes: a crowd of silent ones drives out silent ones, never the newest, which is
 * as likely the owner's. A window that signed in is no stranger, and no crowd reaches it.
 */
export class StrangerTable {
  readonly #limits: StrangerLimits;
  readonly #silent = new Set<Duplex>();
  readonly #answered = new Set<Duplex>();

  constructor(limits = usualLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#silent.size + this.#answered.size;
  }

  /** Takes a connection in. */
  admit(socket: Duplex): void {
    this.#silent.add(socket);
    socket.once('close', () => this.trust(socket));
    dropOldest(this.#silent, this.#limits.mostSilent);
  }

  /** Counts a connection that a whole request came over as the newest of those. */
  answered(socket: Duplex): void {
    const isStranger = this.#silent.delete(socket) || this.#answered.delete(socket);
    if (!isStranger) return;
    this.#answered.add(socket);
    dropOldest(this.#answered, this.#limits.mostAnswered);
  }

  /** Takes a connection out: it is signed in, or gone. */
  trust(socket: Duplex): void {
    this.#silent.delete(socket);
    this.#answered.delete(socket);
  }
}

function dropOldest(sockets: Set<Duplex>, most: number): void {
  for (const oldest of sockets) {
    if (sockets.size <= most) return;
    sockets.delete(oldest);
    oldest.destroy();
  }
}
