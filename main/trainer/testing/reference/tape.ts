/** A matrix in double precision, row after row, with the gradient of the loss. */
export class Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float64Array;
  readonly gradient: Float64Array;

  constructor(rows: number, columns: number, values?: ArrayLike<number>) {
    this.rows = rows;
    this.columns = columns;
    this.values = values ? Float64Array.from(values) : new Float64Array(rows * columns);
    this.gradient = new Float64Array(rows * columns);
  }
}

/**
 * Operations that remember how to go back: reverse-mode differentiation of each on its own, which
 * shares no derivation with the engine. Every row of a matrix is one token.
 */
export class Tape {
  readonly #steps: (() => void)[] = [];

  /** Adds the gradients of everything that was computed, from the last operation to the first. */
  backward(): void {
    for (const step of this.#steps.toReversed()) step();
  }

  /** x · Wᵀ for W with one row per output. */
  linear(x: Matrix, w: Matrix): Matrix {
    const y = new Matrix(x.rows, w.rows);
    const each = (visit: (xAt: number, wAt: number, yAt: number) => void) => {
      for (let row = 0; row < x.rows; row++)
        for (let output = 0; output < w.rows; output++)
          visit(row * x.columns, output * w.columns, row * w.rows + output);
    };
    each((xAt, wAt, yAt) => {
      let sum = 0;
      for (let i = 0; i < x.columns; i++) sum += at(x.values, xAt + i) * at(w.values, wAt + i);
      y.values[yAt] = sum;
    });
    this.#steps.push(() =>
      each((xAt, wAt, yAt) => {
        const dy = at(y.gradient, yAt);
        for (let i = 0; i < x.columns; i++) {
          bump(x.gradient, xAt + i, dy * at(w.values, wAt + i));
          bump(w.gradient, wAt + i, dy * at(x.values, xAt + i));
        }
      }),
    );
    return y;
  }

  /** Rows of a table. */
  lookUp(table: Matrix, ids: readonly number[]): Matrix {
    const y = new Matrix(ids.length, table.columns);
    const each = (visit: (from: number, to: number) => void) =>
      ids.forEach((id, row) => {
        for (let i = 0; i < table.columns; i++)
          visit(id * table.columns + i, row * table.columns + i);
      });
    each((from, to) => (y.values[to] = at(table.values, from)));
    this.#steps.push(() => each((from, to) => bump(table.gradient, from, at(y.gradient, to))));
    return y;
  }

  /** a + b, element by element. */
  add(a: Matrix, b: Matrix): Matrix {
    const value = a.values.map((one, i) => one + at(b.values, i));
    return this.#elementwise([a, b], value, () => [1, 1]);
  }

  /** a ⊙ b. */
  multiply(a: Matrix, b: Matrix): Matrix {
    const value = a.values.map((one, i) => one * at(b.values, i));
    return this.#elementwise([a, b], value, (i) => [at(b.values, i), at(a.values, i)]);
  }

  /** a · factor. */
  scale(a: Matrix, factor: number): Matrix {
    return this.#elementwise(
      [a],
      a.values.map((one) => one * factor),
      () => [factor],
    );
  }

  /** x / (1 + e⁻ˣ). */
  silu(x: Matrix): Matrix {
    return this.#elementwise(
      [x],
      x.values.map((value) => value * sigmoid(value)),
      (i) => {
        const value = at(x.values, i);
        return [sigmoid(value) * (1 + value * (1 - sigmoid(value)))];
      },
    );
  }

  /** Each row over the root of its mean square plus epsilon, times a weight per column. */
  rmsNorm(x: Matrix, weight: Matrix, epsilon: number): Matrix {
    const y = new Matrix(x.rows, x.columns);
    const scales = Array.from({ length: x.rows }, (_, row) => {
      const values = x.values.subarray(row * x.columns, (row + 1) * x.columns);
      return 1 / Math.sqrt(values.reduce((sum, one) => sum + one * one, 0) / x.columns + epsilon);
    });
    y.values.forEach((_, i) => {
      const scale = at(scales, Math.floor(i / x.columns));
      y.values[i] = at(x.values, i) * scale * at(weight.values, i % x.columns);
    });
    this.#steps.push(() => {
      for (const [row, scale] of scales.entries())
        normRowBack({ x, weight, y }, row * x.columns, scale);
    });
    return y;
  }

  /** An operation whose derivatives at one element depend on that element alone. */
  #elementwise(
    inputs: Matrix[],
    values: Float64Array,
    derivatives: (index: number) => number[],
  ): Matrix {
    const y = new Matrix(inputs[0]?.rows ?? 0, inputs[0]?.columns ?? 0, values);
    this.#steps.push(() =>
      y.gradient.forEach((dy, i) =>
        derivatives(i).forEach((derivative, input) => {
          const target = inputs[input];
          if (target) bump(target.gradient, i, dy * derivative);
        }),
      ),
    );
    return y;
  }

  /** Adds an operation with derivatives of its own. */
  record(step: () => void): void {
    this.#steps.push(step);
  }
}

const sigmoid = (value: number) => 1 / (1 + Math.exp(-value));

/** d(x·s·w) with s = (mean x² + ε)^−½, whose derivative by xⱼ is −s³·xⱼ / columns. */
function normRowBack(
  { x, weight, y }: { x: Matrix; weight: Matrix; y: Matrix },
  start: number,
  scale: number,
): void {
  let projection = 0;
  for (let i = 0; i < x.columns; i++)
    projection += at(y.gradient, start + i) * at(weight.values, i) * at(x.values, start + i);
  for (let i = 0; i < x.columns; i++) {
    const dy = at(y.gradient, start + i);
    const value = at(x.values, start + i);
    bump(weight.gradient, i, dy * value * scale);
    const direct = dy * at(weight.values, i) * scale;
    bump(x.gradient, start + i, direct - (projection * scale ** 3 * value) / x.columns);
  }
}

/** An element that is known to be there. */
export const at = (values: ArrayLike<number>, index: number): number => values[index] ?? NaN;

/** Adds to an element. */
export function bump(values: Float64Array, index: number, amount: number): void {
  values[index] = at(values, index) + amount;
}
