import { normalQuantile, twoSidedZ } from './confidence-interval.ts';
import { exactSignTest, logChoose } from './sign-test.ts';

/** A difference to be found: wins minus losses, and wins plus losses, as shares of all prompts. */
export interface Difference {
  difference: number;
  decided: number;
}

/** Up to here the power is summed exactly; beyond it the normal formula is as good. */
const EXACT_PROMPTS = 600;

/**
 * The chance that the two-sided sign test finds this difference with so many prompts: exact, over
 * how many of them are decided and how those fall, up to 600 prompts; beyond by Connor's formula
 * (Biometrics 43, 1987).
 */
export function signTestPower(
  prompts: number,
  { difference, decided }: Difference,
  confidence = 0.95,
): number {
  requirePossible({ difference, decided });
  if (prompts > EXACT_PROMPTS) return normalPower(prompts, { difference, decided }, confidence);
  const winShare = decided === 0 ? 0.5 : (decided + difference) / (2 * decided);
  let power = 0;
  for (let count = 1; count <= prompts; count += 1) {
    const chance = binomial(prompts, count, decided);
    if (chance < 1e-12) continue;
    power += chance * powerOfDecided(count, winShare, 1 - confidence);
  }
  return power;
}

/**
 * How many prompts find this difference with the chance `power`: two-sided, by Connor's formula
 * for paired outcomes, ((z₁·√d + z₂·√(d − δ²)) / δ)², then raised until the exact power is there.
 * Null where there is no difference to find.
 */
export function promptsForDifference(
  { difference, decided }: Difference,
  { power = 0.8, confidence = 0.95 } = {},
): number | null {
  requirePossible({ difference, decided });
  if (difference === 0) return null;
  const spread =
    twoSidedZ(confidence) * Math.sqrt(decided) +
    normalQuantile(power) * Math.sqrt(Math.max(0, decided - difference ** 2));
  let prompts = Math.max(1, Math.ceil((spread / difference) ** 2));
  while (
    prompts <= EXACT_PROMPTS &&
    signTestPower(prompts, { difference, decided }, confidence) < power
  )
    prompts += 1;
  return prompts;
}

/**
 * The smallest difference, as a share of prompts, that so many of them find with the chance
 * `power`; null when even a win of every decided one is not found.
 */
export function smallestDifference(
  prompts: number,
  decided: number,
  { power = 0.8, confidence = 0.95 } = {},
): number | null {
  const powerOf = (difference: number) =>
    signTestPower(prompts, { difference, decided }, confidence);
  if (powerOf(decided) < power) return null;
  let [low, high] = [0, decided];
  for (let step = 0; step < 20; step += 1) {
    const middle = (low + high) / 2;
    if (powerOf(middle) < power) low = middle;
    else high = middle;
  }
  return high;
}

function requirePossible({ difference, decided }: Difference): void {
  if (decided >= 0 && decided <= 1 && Math.abs(difference) <= decided) return;
  throw new RangeError(
    `a difference of ${difference} needs a decided share from ${Math.abs(difference)} to 1, got ${decided}`,
  );
}

function normalPower(prompts: number, { difference, decided }: Difference, confidence: number) {
  const spread = Math.sqrt(Math.max(1e-12, decided - difference ** 2));
  const distance =
    Math.abs(difference) * Math.sqrt(prompts) - twoSidedZ(confidence) * Math.sqrt(decided);
  return normalShare(distance / spread);
}

/** Chance that a split of `count` at this win share is significant, either way. */
function powerOfDecided(count: number, winShare: number, level: number): number {
  const critical = largestSignificant(count, level);
  let power = 0;
  for (let wins = 0; wins <= critical; wins += 1)
    power += binomial(count, wins, winShare) + binomial(count, wins, 1 - winShare);
  return power;
}

const criticalCounts = new Map<string, number>();

/** The largest smaller side of a split of `count` that the sign test calls significant; −1: none. */
function largestSignificant(count: number, level: number): number {
  const key = `${count} ${level}`;
  const known = criticalCounts.get(key);
  if (known !== undefined) return known;
  let smaller = -1;
  while (smaller + 1 < count / 2 && exactSignTest(smaller + 1, count - smaller - 1) < level)
    smaller += 1;
  criticalCounts.set(key, smaller);
  return smaller;
}

function binomial(n: number, k: number, p: number): number {
  if (p <= 0) return k === 0 ? 1 : 0;
  if (p >= 1) return k === n ? 1 : 0;
  return Math.exp(logChoose(n, k) + k * Math.log(p) + (n - k) * Math.log1p(-p));
}

/** Share of the standard normal distribution below z (Abramowitz and Stegun 26.2.17, error below 7.5e-8). */
function normalShare(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const tail =
    (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) *
    t *
    (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return z > 0 ? 1 - tail : tail;
}
