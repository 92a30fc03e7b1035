/** Steps of Newton's method after which a fit that has not settled never will. */
const MAX_STEPS = 60;
const SETTLED = 1e-10;
/** Beyond this the lengths alone separate wins from losses, and the fit runs off to infinity. */
const LARGEST_COEFFICIENT = 30;

/** A preference for a, from 0 to 1, and by how many characters its answer is longer than b's. */
export interface LengthPreference {
  preference: number;
  extraCharacters: number;
}

/**
 * AlpacaEval 2's length-controlled win rate in its variant `length_controlled_minimal`, without
 * regularization: the soft preferences are fitted by logistic(θ + φ·tanh(Δ/sd Δ)), and the rate is
 * logistic(θ), what the preference would be between answers of one length. `weights` count a
 * preference more than once. From 0 to 1; null when there is none, or when the lengths alone
 * separate wins from losses, so that no such θ exists. The standard deviation is that of `spread`
 * (n − 1, as pandas), all preferences unless given.
 */
export function lengthControlledWinRate(
  preferences: readonly LengthPreference[],
  weights?: ArrayLike<number>,
  spread = lengthSpread(preferences),
): number | null {
  if (preferences.length === 0) return null;
  const lengths = preferences.map(({ extraCharacters }) =>
    spread === 0 ? 0 : Math.tanh(extraCharacters / spread),
  );
  const hasSlope = lengths.some((length) => length !== 0);
  let theta = 0;
  let phi = 0;
  for (let step = 0; step < MAX_STEPS; step += 1) {
    let [g0, g1, h00, h01, h11] = [0, 0, 0, 0, 0];
    for (const [at, { preference }] of preferences.entries()) {
      const weight = weights?.[at] ?? 1;
      const x = lengths[at] ?? 0;
      const expected = logistic(theta + phi * x);
      const error = weight * (preference - expected);
      const curvature = weight * expected * (1 - expected);
      g0 += error;
      g1 += error * x;
      h00 += curvature;
      h01 += curvature * x;
      h11 += curvature * x * x;
    }
    const determinant = h00 * h11 - h01 * h01;
    const [stepTheta, stepPhi] = hasSlope
      ? [(h11 * g0 - h01 * g1) / determinant, (h00 * g1 - h01 * g0) / determinant]
      : [g0 / h00, 0];
    theta += stepTheta;
    phi += stepPhi;
    const isFinite = Math.abs(theta) < LARGEST_COEFFICIENT && Math.abs(phi) < LARGEST_COEFFICIENT;
    if (!isFinite || Number.isNaN(theta) || Number.isNaN(phi))
      return unanimous(preferences, weights);
    if (Math.abs(stepTheta) + Math.abs(stepPhi) < SETTLED) return logistic(theta);
  }
  return unanimous(preferences, weights);
}

/** The standard deviation (n − 1) of the differences in length; 0 for fewer than two. */
export function lengthSpread(preferences: readonly LengthPreference[]): number {
  const n = preferences.length;
  if (n < 2) return 0;
  const mean = preferences.reduce((sum, { extraCharacters }) => sum + extraCharacters, 0) / n;
  const squares = preferences.reduce((sum, one) => sum + (one.extraCharacters - mean) ** 2, 0);
  return Math.sqrt(squares / (n - 1));
}

const logistic = (x: number) => 1 / (1 + Math.exp(-x));

/** Where every preference is 1, or every one 0, no length can change it. */
function unanimous(
  preferences: readonly LengthPreference[],
  weights: ArrayLike<number> | undefined,
): number | null {
  const counted = preferences.filter((_, at) => (weights?.[at] ?? 1) > 0);
  for (const end of [0, 1]) if (counted.every(({ preference }) => preference === end)) return end;
  return null;
}
