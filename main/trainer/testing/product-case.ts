import { seededUniform } from '../../../shared/domain/seeded-uniform.ts';

/** The size of a product C [m, n] = Σ over k of A · B, for one matrix after the other. */
export interface ProductSize {
  m: number;
  n: number;
  k: number;
  /** Matrices of B and C along two axes; 1 × 1 when left out. */
  matrices?: readonly [number, number];
  /** How many of them, along each axis, share a matrix of A. */
  sharing?: readonly [number, number];
}

/** Elements by their place in the product: a [matrix][i][k], b [matrix][j][k]. */
export interface ProductValues {
  a: Float32Array;
  b: Float32Array;
}

/** Numbers of matrices of A and of C, and which of A's belongs to one of C. */
export function matrixCounts({ matrices: [x, y] = [1, 1], sharing = [1, 1] }: ProductSize) {
  const width = x / sharing[0];
  const matrixOfA = (matrix: number) =>
    Math.floor(Math.floor(matrix / x) / sharing[1]) * width + Math.floor((matrix % x) / sharing[0]);
  return { ofA: [width, y / sharing[1]] as const, ofC: [x, y] as const, matrixOfA };
}

/** Random values; those of A are exact in 16-bit floats of either kind, those of B are not. */
export function randomValues(size: ProductSize, seed = 1): ProductValues {
  const { ofA, ofC } = matrixCounts(size);
  const uniform = seededUniform(seed);
  const lengthA = size.m * size.k * ofA[0] * ofA[1];
  const lengthB = size.n * size.k * ofC[0] * ofC[1];
  return {
    a: Float32Array.from({ length: lengthA }, () => Math.round(uniform() * 254 - 127) / 64),
    b: Float32Array.from({ length: lengthB }, () => uniform() * 2 - 1),
  };
}

/** C [matrix][j][i] in double precision, and Σ |a · b|, which bounds the rounding errors. */
export interface ExactProduct {
  values: Float64Array;
  magnitudes: Float64Array;
}

/** A product in double precision. */
export function exactProduct(size: ProductSize, { a, b }: ProductValues): ExactProduct {
  const { m, n, k } = size;
  const { ofC, matrixOfA } = matrixCounts(size);
  const values = new Float64Array(m * n * ofC[0] * ofC[1]);
  const magnitudes = new Float64Array(values.length);
  for (let row = 0; row < values.length / m; row++) {
    const firstOfA = matrixOfA(Math.floor(row / n)) * m * k;
    for (let i = 0; i < m; i++) {
      let [sum, magnitude] = [0, 0];
      for (let index = 0; index < k; index++) {
        const term = (a[firstOfA + i * k + index] ?? NaN) * (b[row * k + index] ?? NaN);
        sum += term;
        magnitude += Math.abs(term);
      }
      values[row * m + i] = sum;
      magnitudes[row * m + i] = magnitude;
    }
  }
  return { values, magnitudes };
}

/** The largest error, where 1 is what rounding every sum over `depth` explains at most. */
export function worstError(found: Float32Array, exact: ExactProduct, depth: number) {
  let worst = 0;
  for (const [index, value] of found.entries()) {
    const bound = (exact.magnitudes[index] ?? 0) * (depth + 1) * 2 ** -24;
    const error = Math.abs(value - (exact.values[index] ?? NaN)) / bound;
    worst = Number.isNaN(error) ? Infinity : Math.max(worst, error);
  }
  return worst;
}
