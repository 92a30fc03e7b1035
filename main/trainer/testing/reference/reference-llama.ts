import { attend, rotate, type HeadShape } from './attention.ts';
import { at, bump, Matrix, Tape } from './tape.ts';

/** Shape of a Llama model. */
export interface ReferenceShape extends HeadShape {
  layers: number;
  normEpsilon: number;
  ropeFreqBase: number;
}

/** A token sequence and which of its tokens count in the loss. */
export interface ReferenceSample {
  tokens: ArrayLike<number>;
  trained: ArrayLike<number>;
}

/** A low-rank branch beside every linear layer, by `<tensor>.lora_a` and `.lora_b` (Bᵀ). */
interface Branches {
  scale: number;
  matrices: ReadonlyMap<string, Matrix>;
}

/**
 * A Llama model in double precision and plain TypeScript, sample by sample: what the engine is
 * compared with. Weights go by the names of GGUF tensors; a matrix has one row per output.
 */
export class ReferenceLlama {
  readonly weights: ReadonlyMap<string, Matrix>;
  readonly #shape: ReferenceShape;
  readonly #branches: Branches | undefined;

  constructor(weights: ReadonlyMap<string, Matrix>, shape: ReferenceShape, branches?: Branches) {
    this.weights = weights;
    this.#shape = shape;
    this.#branches = branches;
  }

  /** Adds the gradients of Σ −ln p over the trained tokens; returns that sum in nats. */
  accumulate({ tokens, trained }: ReferenceSample): number {
    const tape = new Tape();
    const logits = this.#logits(tape, Array.from(tokens).slice(0, -1));
    let loss = 0;
    for (let row = 0; row < logits.rows; row++)
      if (trained[row + 1] === 1) loss += scoreRow(logits, row, at(tokens, row + 1));
    tape.backward();
    return loss;
  }

  #logits(tape: Tape, tokens: number[]): Matrix {
    let stream = tape.lookUp(this.#weight('token_embd.weight'), tokens);
    for (let index = 0; index < this.#shape.layers; index++)
      stream = this.#block(tape, index, stream);
    const head = this.weights.get('output.weight') ?? this.#weight('token_embd.weight');
    return tape.linear(this.#norm(tape, 'output_norm', stream), head);
  }

  #block(tape: Tape, index: number, input: Matrix): Matrix {
    const { headLength, ropeFreqBase } = this.#shape;
    const run = (name: string, x: Matrix) => this.#linear(tape, `blk.${index}.${name}.weight`, x);
    const normed = this.#norm(tape, `blk.${index}.attn_norm`, input);
    const q = rotate(tape, run('attn_q', normed), headLength, ropeFreqBase);
    const k = rotate(tape, run('attn_k', normed), headLength, ropeFreqBase);
    const mixed = attend(tape, { q, k, v: run('attn_v', normed) }, this.#shape);
    const middle = tape.add(input, run('attn_output', mixed));
    const second = this.#norm(tape, `blk.${index}.ffn_norm`, middle);
    const inner = tape.multiply(tape.silu(run('ffn_gate', second)), run('ffn_up', second));
    return tape.add(middle, run('ffn_down', inner));
  }

  #linear(tape: Tape, name: string, x: Matrix): Matrix {
    const output = tape.linear(x, this.#weight(name));
    const a = this.#branches?.matrices.get(`${name}.lora_a`);
    const b = this.#branches?.matrices.get(`${name}.lora_b`);
    if (!this.#branches || !a || !b) return output;
    // Bᵀ has one row per rank, as A has: its transpose multiplies A·x.
    const hidden = tape.scale(tape.linear(x, a), this.#branches.scale);
    return tape.add(output, tape.linear(hidden, transposedView(tape, b)));
  }

  #norm(tape: Tape, name: string, x: Matrix): Matrix {
    return tape.rmsNorm(x, this.#weight(`${name}.weight`), this.#shape.normEpsilon);
  }

  #weight(name: string): Matrix {
    const found = this.weights.get(name);
    if (!found) throw new Error(`There is no weight ${name}`);
    return found;
  }
}

/** −ln p of a target in one row of logits, and its gradient softmax − onehot. */
function scoreRow(logits: Matrix, row: number, target: number): number {
  const start = row * logits.columns;
  const exponentials = logits.values.slice(start, start + logits.columns).map(Math.exp);
  const total = exponentials.reduce((sum, one) => sum + one, 0);
  exponentials.forEach((one, token) =>
    bump(logits.gradient, start + token, one / total - (token === target ? 1 : 0)),
  );
  return -Math.log(at(exponentials, target) / total);
}

function transposedView(tape: Tape, a: Matrix): Matrix {
  const y = new Matrix(a.columns, a.rows);
  addTransposed(a.values, y.values, a.columns);
  tape.record(() => addTransposed(y.gradient, a.gradient, a.rows));
  return y;
}

/** Adds a matrix with rows of `columns` values to one with its rows as columns. */
function addTransposed(from: Float64Array, to: Float64Array, columns: number): void {
  const rows = from.length / columns;
  for (const [i, value] of from.entries())
    bump(to, (i % columns) * rows + Math.floor(i / columns), value);
}
