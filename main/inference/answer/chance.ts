const stateLength = 624;
const shift = 397;

/**
 * Chances in [0, 1), the same for the same seed: those of `std::mt19937` through
 * `std::uniform_real_distribution<double>`, which llama.cpp draws its tokens with.
 */
export function chanceOf(seed: number): () => number {
  const state = new Uint32Array(stateLength);
  state[0] = seed;
  for (let at = 1; at < stateLength; at++) {
    const before = state[at - 1] ?? 0;
    state[at] = Math.imul(1_812_433_253, before ^ (before >>> 30)) + at;
  }
  let next = stateLength;
  const nextBits = () => {
    if (next === stateLength) {
      twist(state);
      next = 0;
    }
    let bits = state[next++] ?? 0;
    bits ^= bits >>> 11;
    bits ^= (bits << 7) & 0x9d_2c_56_80;
    bits ^= (bits << 15) & 0xef_c6_00_00;
    return (bits ^ (bits >>> 18)) >>> 0;
  };
  return () => {
    const low = nextBits();
    const chance = (low + nextBits() * 2 ** 32) / 2 ** 64;
    return chance < 1 ? chance : 1 - 2 ** -53;
  };
}

function twist(state: Uint32Array): void {
  for (let at = 0; at < stateLength; at++) {
    const high = (state[at] ?? 0) & 0x80_00_00_00;
    const low = (state[(at + 1) % stateLength] ?? 0) & 0x7f_ff_ff_ff;
    const bits = high | low;
    const mixed = (bits >>> 1) ^ ((bits & 1) === 1 ? 0x99_08_b0_df : 0);
    state[at] = (state[(at + shift) % stateLength] ?? 0) ^ mixed;
  }
}
