/** e^-d is looked up at steps of 1/256 and corrected by a cubic: exact to 1e-11 of itself. */
const stepsPerNat = 256;
/** Beyond, a word weighs less than the rounding of the sum of all. */
const leastNats = 90;
const decays = Float64Array.from({ length: stepsPerNat * leastNats + 2 }, (_, step) =>
  Math.exp(-step / stepsPerNat),
);

/** e^-nats for nats ≥ 0. */
function decay(nats: number): number {
  if (!(nats < leastNats)) return 0;
  const step = (nats * stepsPerNat) | 0;
  const rest = nats - step / stepsPerNat;
  return (decays[step] ?? 0) * (1 - rest * (1 - rest * (0.5 - rest / 6)));
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

/**
 * The fewest most probable tokens that have a share of all probability, the most probable first. The
 * probability of all is counted by buckets, and only the buckets that are wanted are put in order.
 */
export function startWithShare(logits: Float32Array, wanted: WantedShare): Uint32Array {
  const { most, temperature, share } = wanted;
  const scale = 1 / temperature;
  const masses = new Float64Array(bucketsPerNat * leastNats);
  for (let at = 0; at < logits.length; at++) {
    const nats = (most - (logits[at] ?? 0)) * scale;
    if (!(nats < leastNats)) continue;
    const bucket = (nats * bucketsPerNat) | 0;
    masses[bucket] = (masses[bucket] ?? 0) + decay(nats);
  }
  const sum = masses.reduce((total, mass) => total + mass, 0);
  let last = 0;
  let seen = masses[0] ?? 0;
  while (seen < share * sum && last < masses.length - 1) {
    last += 1;
    seen += masses[last] ?? 0;
  }
  // One bucket more: sums of buckets and sums of words round otherwise.
  const least = most - ((last + 2) / bucketsPerNat) * temperature;
  return startOfShare(sortedFrom(logits, least), logits, wanted, sum);
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
/** Room for the keys of one call. */
let found = new Float64Array(0);

/** Tokens with at least this logit, the most probable first, of equals the first. */
export function sortedFrom(logits: Float32Array, least: number): Uint32Array {
  if (found.length < logits.length) found = new Float64Array(logits.length);
  let count = 0;
  for (let at = 0; at < logits.length; at++) {
    const logit = logits[at] ?? 0;
    if (!(logit >= least)) continue;
    floatBits[0] = -logit;
    const bits = integerBits[0] ?? 0;
    // Bits of floats sort as integers once those of negative ones are turned around.
    const rank = bits >>> 31 === 1 ? ~bits >>> 0 : (bits | 0x80_00_00_00) >>> 0;
    found[count] = rank * tokenRange + at;
    count += 1;
  }
  const keys = found.subarray(0, count).toSorted();
  const tokens = new Uint32Array(count);
  for (let at = 0; at < count; at++) tokens[at] = (keys[at] ?? 0) % tokenRange;
  return tokens;
}
