import { getRandomValues } from 'node:crypto';
import { v7 } from 'uuid';

const randomBytes = 16;
/** Random bytes are asked for by the thousand: asking takes longer than getting them. */
const pool = new Uint8Array(256 * randomBytes);
let used = pool.length;
let lastMs = -Infinity;
let place = 0;

/** A new UUIDv7, greater than all that were made here before, however the clock is set. */
export function newId(): string {
  const random = nextRandom();
  const now = Date.now();
  if (now > lastMs) {
    lastMs = now;
    place = new DataView(random.buffer, random.byteOffset).getUint32(0);
  } else if ((place = (place + 1) >>> 0) === 0) lastMs += 1;
  return v7({ random, msecs: lastMs, seq: place });
}

function nextRandom(): Uint8Array {
  if (used === pool.length) {
    getRandomValues(pool);
    used = 0;
  }
  used += randomBytes;
  return pool.subarray(used - randomBytes, used);
}
