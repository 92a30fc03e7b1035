import { seededUniform } from '../../../shared/domain/seeded-uniform.ts';

/** The extents of attention. */
export interface AttentionSize {
  length: number;
  heads: number;
  keyHeads: number;
  tokens: number;
}

/** Operands by token, head and element, and the gradient of the result. */
export interface AttentionValues {
  queries: Float32Array;
  keys: Float32Array;
  values: Float32Array;
  gradient: Float32Array;
  /** The first key that each query sees. */
  earliest: Int32Array;
  scale: number;
}

/** What attention gives, forwards and backwards. */
export interface AttentionResults<Values = Float64Array> {
  output: Values;
  queries: Values;
  keys: Values;
  values: Values;
}

/** Random operands; scores have a deviation of `spread`. */
export function randomAttention(
  { length, heads, keyHeads, tokens }: AttentionSize,
  earliest: Int32Array,
  spread = 1,
): AttentionValues {
  const uniform = seededUniform(3);
  const numbers = (count: number) => Float32Array.from({ length: count }, () => uniform() * 2 - 1);
  return {
    queries: numbers(length * heads * tokens),
    keys: numbers(length * keyHeads * tokens),
    values: numbers(length * keyHeads * tokens),
    gradient: numbers(length * heads * tokens),
    earliest,
    scale: (3 * spread) / Math.sqrt(length),
  };
}

const zerosLike = ({ length }: Float32Array) => new Float64Array(length);

/** Attention and its gradients in double precision. */
export function exactAttention(size: AttentionSize, given: AttentionValues): AttentionResults {
  const to = {
    output: zerosLike(given.queries),
    queries: zerosLike(given.queries),
    keys: zerosLike(given.keys),
    values: zerosLike(given.values),
  };
  for (let head = 0; head < size.heads; head++)
    for (let query = 0; query < size.tokens; query++) attend(to, { size, given }, { head, query });
  return to;
}

interface Place {
  head: number;
  query: number;
}

/** One query of one head. */
function attend(
  to: AttentionResults,
  { size, given }: { size: AttentionSize; given: AttentionValues },
  { head, query }: Place,
): void {
  const { length, heads, keyHeads } = size;
  const { queries, gradient, scale } = given;
  const keyHead = Math.floor((head * keyHeads) / heads);
  const own = (query * heads + head) * length;
  const seen = rangeOf(given.earliest[query] ?? 0, query);
  const places = seen.map((key) => (key * keyHeads + keyHead) * length);
  const vectors = { length, first: own };
  const scores = places.map((at) => scale * dot(queries, given.keys, { ...vectors, second: at }));
  const weights = softMax(scores);
  const slopes = places.map((at) => dot(gradient, given.values, { ...vectors, second: at }));
  const mean = weights.reduce((sum, weight, index) => sum + weight * (slopes[index] ?? NaN), 0);
  for (const [index, at] of places.entries()) {
    const weight = weights[index] ?? NaN;
    const slope = scale * weight * ((slopes[index] ?? NaN) - mean);
    addScaled(to.output, given.values, { length, first: own, second: at, factor: weight });
    addScaled(to.values, gradient, { length, first: at, second: own, factor: weight });
    addScaled(to.queries, given.keys, { length, first: own, second: at, factor: slope });
    addScaled(to.keys, queries, { length, first: at, second: own, factor: slope });
  }
}

const rangeOf = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

function softMax(scores: readonly number[]): number[] {
  const most = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - most));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}

/** Where two vectors begin. */
interface Vectors {
  length: number;
  first: number;
  second: number;
}

function dot(a: Float32Array, b: Float32Array, { length, first, second }: Vectors): number {
  let sum = 0;
  for (let d = 0; d < length; d++) sum += (a[first + d] ?? NaN) * (b[second + d] ?? NaN);
  return sum;
}

function addScaled(
  to: Float64Array,
  from: Float32Array,
  { length, first, second, factor }: Vectors & { factor: number },
): void {
  for (let d = 0; d < length; d++)
    to[first + d] = (to[first + d] ?? NaN) + factor * (from[second + d] ?? NaN);
}
