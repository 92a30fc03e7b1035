import { at, bump, Matrix, type Tape } from './tape.ts';

/** Heads over rows of tokens, where each row holds one head after the other. */
export interface HeadShape {
  headLength: number;
  heads: number;
  keyValueHeads: number;
}

/** Turns adjacent pairs of every head by position · base^(−2i / headLength): rotary embedding. */
export function rotate(tape: Tape, x: Matrix, headLength: number, base: number): Matrix {
  const y = new Matrix(x.rows, x.columns);
  const turn = (from: Float64Array, to: Float64Array, direction: 1 | -1) => {
    for (let start = 0; start < from.length; start += 2) {
      const position = Math.floor(start / x.columns);
      const pair = ((start % x.columns) % headLength) / 2;
      const angle = direction * position * base ** ((-2 * pair) / headLength);
      const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
      bump(to, start, at(from, start) * cos - at(from, start + 1) * sin);
      bump(to, start + 1, at(from, start) * sin + at(from, start + 1) * cos);
    }
  };
  turn(x.values, y.values, 1);
  tape.record(() => turn(y.gradient, x.gradient, -1));
  return y;
}

/** Causal attention of one sample, softmax(q·kᵀ/√D)·v; query heads share key heads in groups. */
export function attend(
  tape: Tape,
  { q, k, v }: { q: Matrix; k: Matrix; v: Matrix },
  shape: HeadShape,
): Matrix {
  const output = new Matrix(q.rows, q.columns);
  for (let head = 0; head < shape.heads; head++)
    for (let query = 0; query < q.rows; query++) {
      const row = new AttentionRow({ q, k, v, output }, shape, { head, query });
      row.forward();
      tape.record(() => row.backward());
    }
  return output;
}

class AttentionRow {
  readonly #m: { q: Matrix; k: Matrix; v: Matrix; output: Matrix };
  readonly #length: number;
  readonly #queryAt: number;
  readonly #keyAt: (key: number) => number;
  #weights: number[] = [];

  constructor(
    matrices: { q: Matrix; k: Matrix; v: Matrix; output: Matrix },
    { headLength, heads, keyValueHeads }: HeadShape,
    { head, query }: { head: number; query: number },
  ) {
    const keyHead = Math.floor(head / (heads / keyValueHeads));
    this.#m = matrices;
    this.#length = headLength;
    this.#queryAt = query * matrices.q.columns + head * headLength;
    this.#keyAt = (key) => key * matrices.k.columns + keyHead * headLength;
    this.#weights = Array.from({ length: query + 1 }, () => 0);
  }

  forward(): void {
    const { q, k, v, output } = this.#m;
    const scores = this.#weights.map((_, key) => {
      let sum = 0;
      for (let i = 0; i < this.#length; i++)
        sum += at(q.values, this.#queryAt + i) * at(k.values, this.#keyAt(key) + i);
      return Math.exp(sum / Math.sqrt(this.#length));
    });
    const total = scores.reduce((sum, score) => sum + score, 0);
    this.#weights = scores.map((score) => score / total);
    for (const [key, weight] of this.#weights.entries())
      for (let i = 0; i < this.#length; i++)
        bump(output.values, this.#queryAt + i, weight * at(v.values, this.#keyAt(key) + i));
  }

  backward(): void {
    const { q, k, v, output } = this.#m;
    const slopes = this.#weights.map((weight, key) => {
      let slope = 0;
      for (let i = 0; i < this.#length; i++) {
        const gradient = at(output.gradient, this.#queryAt + i);
        slope += gradient * at(v.values, this.#keyAt(key) + i);
        bump(v.gradient, this.#keyAt(key) + i, gradient * weight);
      }
      return slope;
    });
    const mean = slopes.reduce((sum, slope, key) => sum + slope * at(this.#weights, key), 0);
    for (const [key, weight] of this.#weights.entries()) {
      const score = (weight * (at(slopes, key) - mean)) / Math.sqrt(this.#length);
      for (let i = 0; i < this.#length; i++) {
        bump(q.gradient, this.#queryAt + i, score * at(k.values, this.#keyAt(key) + i));
        bump(k.gradient, this.#keyAt(key) + i, score * at(q.values, this.#queryAt + i));
      }
    }
  }
}
