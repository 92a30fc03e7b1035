/** Steps of Newton's method, of which a damped one needs about ten. */
const MAX_STEPS = 200;
const SETTLED = 1e-10;

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
  const rows = preferences.flatMap(({ preference }, at) => {
    const weight = weights?.[at] ?? 1;
    return weight > 0 ? [{ preference, weight, length: lengths[at] ?? 0 }] : [];
  });
  const isWith = rows.some(({ length }) => length !== 0);
  if (isSeparated(rows, isWith)) return unanimous(rows);
  return logistic(fittedIntercept(rows, isWith));
}

interface Row {
  preference: number;
  weight: number;
  /** tanh(Δ/sd Δ). */
  length: number;
}

/**
 * Whether no finite θ and φ fit best: all that speaks for a lies on one side of all that speaks
 * against it. How large φ is tells nothing of it: a Δ far from the others makes each of theirs small.
 */
function isSeparated(rows: readonly Row[], isWithLengths: boolean): boolean {
  const [wins, losses] = [
    rows.filter(({ preference }) => preference > 0),
    rows.filter(({ preference }) => preference < 1),
  ].map((side) => ({
    count: side.length,
    shortest: side.reduce((least, { length }) => Math.min(least, length), Infinity),
    longest: side.reduce((most, { length }) => Math.max(most, length), -Infinity),
  }));
  if (!wins?.count || !losses?.count) return true;
  if (!isWithLengths) return false;
  return wins.shortest >= losses.longest || losses.shortest >= wins.longest;
}

/** θ of the best fit, by Newton's method on the likelihood, which is concave. */
function fittedIntercept(rows: readonly Row[], isWithLengths: boolean): number {
  let [theta, phi] = [0, 0];
  let reached = logLikelihood(rows, theta, phi);
  for (let step = 0; step < MAX_STEPS; step += 1) {
    const [stepTheta, stepPhi] = newtonStep(rows, { theta, phi, isWithLengths });
    const isSettled =
      Math.abs(stepTheta) + Math.abs(stepPhi) < SETTLED * (1 + Math.abs(theta) + Math.abs(phi));
    if (isSettled) return theta + stepTheta;
    // A whole step can overshoot where the likelihood is flat: then a half, a quarter and so on.
    let scale = 1;
    let next = logLikelihood(rows, theta + stepTheta, phi + stepPhi);
    while (!(next >= reached) && scale > SETTLED) {
      scale /= 2;
      next = logLikelihood(rows, theta + scale * stepTheta, phi + scale * stepPhi);
    }
    if (!(next >= reached)) return theta;
    theta += scale * stepTheta;
    phi += scale * stepPhi;
    reached = next;
  }
  return theta;
}

function newtonStep(
  rows: readonly Row[],
  { theta, phi, isWithLengths }: { theta: number; phi: number; isWithLengths: boolean },
): [theta: number, phi: number] {
  let [g0, g1, h00, h01, h11] = [0, 0, 0, 0, 0];
  for (const { preference, weight, length } of rows) {
    const expected = logistic(theta + phi * length);
    const error = weight * (preference - expected);
    const curvature = weight * expected * (1 - expected);
    g0 += error;
    g1 += error * length;
    h00 += curvature;
    h01 += curvature * length;
    h11 += curvature * length * length;
  }
  if (!isWithLengths) return [g0 / h00, 0];
  const determinant = h00 * h11 - h01 * h01;
  return [(h11 * g0 - h01 * g1) / determinant, (h00 * g1 - h01 * g0) / determinant];
}

function logLikelihood(rows: readonly Row[], theta: number, phi: number): number {
  let sum = 0;
  for (const { preference, weight, length } of rows) {
    const x = theta + phi * length;
    sum += weight * (preference * x - Math.max(x, 0) - Math.log1p(Math.exp(-Math.abs(x))));
  }
  return sum;
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
function unanimous(rows: readonly Row[]): number | null {
  for (const end of [0, 1]) if (rows.every(({ preference }) => preference === end)) return end;
  return null;
}
