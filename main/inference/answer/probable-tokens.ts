/** e^-d is looked up at steps of 1/256 and corrected by a cubic: exact to 1e-11 of itself. */
const stepsPerNat = 256;
/** Beyond, a word weighs less than the rounding of the sum of all. */
const leastNats = 90;
const decays = Float64Array.from({ length: stepsPerNat * leastNats + 1 }, (_, step) =>
  step < stepsPerNat * leastNats ? Math.exp(-step / stepsPerNat) : 0,
);

/** e^-nats for nats ≥ 0; 0 for what is not a number. */
function decay(nats: number): number {
  const known = nats < leastNats ? nats : leastNats;
  const step = (known * stepsPerNat) | 0;
  const rest = known - step * (1 / stepsPerNat);
  return (decays[step] ?? 0) * (1 - rest * (1 - rest * (0.5 - rest * (1 / 6))));
}

/** Width of a bucket in which words are counted before a few of them are sorted. */
const bucketsPerNat = 4;

/** The part of a softmax that is wanted, and how it is computed. */
export interface WantedShare {
  /** The greatest of the logits. */
  most: number;
  temperature: number;
  /** Of the probability of all. */
  share: number;
}

/** Words within so many nats of the greatest are few, and nearly always have the share that is wanted. */
const nearNats = 10;

/** Room for the words and the sorting keys of one call. */
let room = { words: new Uint32Array(0), keys: new Float64Array(0) };

function roomFor(count: number): typeof room {
  if (room.words.length < count)
    room = { words: new Uint32Array(count), keys: new Float64Array(count) };
  return room;
}

/**
 * The fewest most probable tokens that have a share of all probability, the most probable first. Of
 * the words beyond `limitNats` only the sum is taken. The others are counted by buckets, and only the
 * buckets that are wanted are put in order; where those reach further, all words are counted.
 */
export function startWithShare(
  logits: Float32Array,
  wanted: WantedShare,
  limitNats = nearNats,
): Uint32Array {
  const { most, temperature, share } = wanted;
  const { kept, far } = splitAt(logits, wanted, limitNats);
  const masses = bucketMasses(logits, kept, wanted);
  const sum = masses.reduce((total, mass) => total + mass, far);
  let last = 0;
  let seen = masses[0] ?? 0;
  while (seen < share * sum && last < masses.length - 1) {
    last += 1;
    seen += masses[last] ?? 0;
  }
  // One bucket more: sums of buckets and sums of words round otherwise.
  const leastWanted = (last + 2) / bucketsPerNat;
  if (leastWanted > limitNats && limitNats < leastNats)
    return startWithShare(logits, wanted, leastNats);
  const sorted = sortedFrom(logits, most - leastWanted * temperature, kept);
  return startOfShare(sorted, logits, wanted, sum);
}

/** The words within so many nats of the greatest, and the weight of all others. */
function splitAt(
  logits: Float32Array,
  { most, temperature }: WantedShare,
  limitNats: number,
): { kept: Uint32Array; far: number } {
  const scale = 1 / temperature;
  const room = roomFor(logits.length).words;
  let count = 0;
  let far = 0;
  for (let at = 0; at < logits.length; at++) {
    const nats = (most - (logits[at] ?? 0)) * scale;
    if (nats < limitNats) room[count++] = at;
    else far += decay(nats);
  }
  return { kept: room.subarray(0, count), far };
}

/** The weight of words, by how far from the greatest they are; nothing beyond `leastNats`. */
function bucketMasses(
  logits: Float32Array,
  words: Uint32Array,
  { most, temperature }: WantedShare,
): Float64Array {
  const scale = 1 / temperature;
  const masses = new Float64Array(bucketsPerNat * leastNats);
  for (let index = 0; index < words.length; index++) {
    const nats = (most - (logits[words[index] ?? 0] ?? 0)) * scale;
    const bucket = (nats * bucketsPerNat) | 0;
    masses[bucket] = (masses[bucket] ?? 0) + decay(nats);
  }
  return masses;
}

/** The start of sorted tokens that has a share of their probability, or of `sum`; at least one. */
export function startOfShare(
  sorted: Uint32Array,
  logits: Float32Array,
  { most, temperature, share }: WantedShare,
  sum?: number,
): Uint32Array {
  const scale = 1 / temperature;
  const weightOf = (at: number) => decay((most - (logits[sorted[at] ?? 0] ?? 0)) * scale);
  let total = sum ?? 0;
  if (sum === undefined) for (let at = 0; at < sorted.length; at++) total += weightOf(at);
  let seen = 0;
  for (let at = 0; at < sorted.length; at++) {
    seen += weightOf(at);
    if (seen >= share * total) return sorted.subarray(0, at + 1);
  }
  return sorted;
}

/** The k most probable tokens, the most probable first. */
export function mostProbable(logits: Float32Array, most: number, k: number): Uint32Array {
  const counts = new Uint32Array(bucketsPerNat * leastNats + 1);
  const lastBucket = counts.length - 1;
  for (let at = 0; at < logits.length; at++) {
    const bucket = Math.min(lastBucket, (most - (logits[at] ?? 0)) * bucketsPerNat) | 0;
    counts[bucket] = (counts[bucket] ?? 0) + 1;
  }
  let last = 0;
  let seen = counts[0] ?? 0;
  while (seen < k && last < lastBucket) {
    last += 1;
    seen += counts[last] ?? 0;
  }
  const least = last === lastBucket ? -Infinity : most - (last + 1) / bucketsPerNat;
  return sortedFrom(logits, least).subarray(0, k);
}

/** More than any vocabulary has, and small enough that a key is an exact number. */
const tokenRange = 2 ** 21;
const floatBits = new Float32Array(1);
const integerBits = new Uint32Array(floatBits.buffer);

/** Tokens with at least this logit, of some or of all, the most probable first, of equals the first. */
export function sortedFrom(logits: Float32Array, least: number, among?: Uint32Array): Uint32Array {
  const { keys } = roomFor(logits.length);
  const length = among?.length ?? logits.length;
  let count = 0;
  for (let index = 0; index < length; index++) {
    const at = among ? (among[index] ?? 0) : index;
    const logit = logits[at] ?? 0;
    if (!(logit >= least)) continue;
    floatBits[0] = -logit;
    const bits = integerBits[0] ?? 0;
    // Bits of floats sort as integers once those of negative ones are turned around.
    const rank = bits >>> 31 === 1 ? ~bits >>> 0 : (bits | 0x80_00_00_00) >>> 0;
    keys[count++] = rank * tokenRange + at;
  }
  const sorted = keys.subarray(0, count).toSorted();
  const tokens = new Uint32Array(count);
  for (let at = 0; at < count; at++) tokens[at] = (sorted[at] ?? 0) % tokenRange;
  return tokens;
}
