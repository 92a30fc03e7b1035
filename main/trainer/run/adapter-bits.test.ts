import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import type { PinnedHashes } from '../testing/pinned-runs.ts';

// What the code of the trainer is rearranged for must not change what it computes. The hashes are
// of adapters, models and losses; they hold on every x86-64 processor with Linux, because each run
// is held to one CPU library of ggml, which decides how sums are cut, and to one set of kernels.
// After a change that is meant to round otherwise, take the hashes that the failure shows.

/** The hash of the C library's mathematics (see pinned-runs.ts) under which the others were taken. */
const mathematics = 'cfb5a7cae106acbcbbcb1740634f543c62a7ac4967d40b401b7187343ef5b3a6';

/** A CPU library of ggml, which also decides between the variants of the kernels. */
const engines = {
  'kernels for AVX2': { library: 'haswell', kernels: 'own' },
  'kernels for AVX-512': { library: 'skylakex', kernels: 'own' },
  "ggml's operations": { library: 'haswell', kernels: 'ggml' },
} as const;
type EngineName = keyof typeof engines;

const pinned: Record<EngineName, Record<string, string>> = {
  'kernels for AVX2': {
    'llama, F32, LoRA': '81018f1c41ed01ba012d40023c360f8a8fbe0b4a500bf8f70ad86f56321b83f5',
    'llama, Q8_0, LoRA, dropout and noise':
      'dee427b62cf996affd6cbc4a006dd016c970466ee35b3ca5d2afac16ed0d073e',
    'llama, heads of no whole vectors, LoRA of attention':
      'e162e02ab3b545abb92fd4a9d092e9ddd98bb7e9784f295a80bf57bd2adbeb8f',
    'llama, F32, in full, random start':
      'b0f079551af4d12d80f57c7717d0fc6bfebb64b0e53ea38a147a53a7907558ab',
    'qwen2, BF16, in full': '7c0c2e9197cb12f2e5b8e03a7a6b13fdba8131c0a439f5b5d942a4f2e4ef4a90',
    'gemma3, BF16, LoRA, more than two spans':
      'd205258c893629354d834f0a485fe17d742432fa899bb4f2e81e072e57fd436c',
    'gemma3, F32, in full': '4eef264c8937c05c635ed5991e564d631def28306539a1de52a986ebbcbcb3c7',
    'phi3, Q8_0 and F16, LoRA, more than two spans':
      '277831cf9b246858612cee7e1d7fe09358be03a7fc9c8a34a290aed6a9842a69',
    'phi3, F16, in full, Q8_0 written':
      '354ebe9f1ad58efb57533f0eca86bcd40ce889ed9ff7bdc71806c84af5f9da17',
  },
  'kernels for AVX-512': {
    'llama, F32, LoRA': 'f0d9431937a94e37d7b8826f212026ebb6e1a98437fd891a973fa5808449caa3',
    'llama, Q8_0, LoRA, dropout and noise':
      '47a3804966120e6989bdc081172409e9e5bfcf889d441b7f8a4a654b51ff7c99',
    'llama, heads of no whole vectors, LoRA of attention':
      'c7122bf0591c77d85eb09a933b55384bbaf2c3a09fb9a09a3d8c1ffd762f00fa',
    'llama, F32, in full, random start':
      '81e27ba280e722eb6c0461cf48ac9e33c94619d4ddeaff6a886f9ac3f6ab7bc3',
    'qwen2, BF16, in full': '83a609d55977870d2eca3a9949986d8c50c486c0bd2f2367c8946eee376cddcd',
    'gemma3, BF16, LoRA, more than two spans':
      'a2e16cd58fe3a573382eda0a2a2be854953a97007419336bee6166051d916fec',
    'gemma3, F32, in full': '3ed31213822a540cf811b8e139d6af69d9411848d6cc232a9e76b17e35578e42',
    'phi3, Q8_0 and F16, LoRA, more than two spans':
      '9ee3323d438200fe92aabdcb1bf3c17bd366bb9655ed99360afef28fd5d956c3',
    'phi3, F16, in full, Q8_0 written':
      '7ac0ceac0583dac9011e4c6e85fa37295a0c99f83f6f600da8d004b0592103fa',
  },
  "ggml's operations": {
    'llama, F32, LoRA': '88766ef2f1538854f85da8a0b4fa1c21a78606c707d05add84fb76ef46c14946',
    'llama, Q8_0, LoRA, dropout and noise':
      '7a08a57093c47bfb8f41a9634a53d50ee2ba3f2a78b3e6d836ea7be731e1e999',
    'llama, heads of no whole vectors, LoRA of attention':
      '8c9c64d8e485f1b2d218e6d2da67985fa69db7a14e947cb3b9c32eea2aab5a4e',
    'llama, F32, in full, random start':
      '4c3d49ffa910e338e1398908b374dccecbae744829688aae390d25e2d38b4749',
    'qwen2, BF16, in full': '3150965bdb6dcd6bd6d6644989cfc8a334dc26e815ed62f35362d4c26598e246',
    'gemma3, BF16, LoRA, more than two spans':
      'ed1ca03a9a1e725a9129d23c7936fc8d231ae11a24adfd98f1621278eac3156b',
    'gemma3, F32, in full': 'fec9e4a799f00f8bc46e1de2cf23c29675c2b69b861ff9da331bd1b293ec8bc3',
    'phi3, Q8_0 and F16, LoRA, more than two spans':
      '8abff1b110942a69af58a0a8233ca2ebe3a16ffa483d4468accfa8a38e72b340',
    'phi3, F16, in full, Q8_0 written':
      '167e76503c4771a29ad909b2e82a7cd97b738bda38e8b4e9e9bbd8c65e024d99',
  },
};

/** What is computed with two threads where no hash is known: they wait busily for each other. */
const repeated = ['llama, F32, LoRA', 'gemma3, BF16, LoRA, more than two spans'];

/** Hashes of the runs with these names, or of all. */
async function hashRuns(
  name: EngineName,
  threads: number,
  names: readonly string[] = [],
): Promise<PinnedHashes | null> {
  const { library, kernels } = engines[name];
  const script = join(import.meta.dirname, '../testing/pinned-runs.ts');
  const args = [script, library, String(threads), ...names];
  const env = { ...process.env, LIMA_KERNELS: kernels };
  const { stdout } = await promisify(execFile)(process.execPath, args, { env });
  const hashes: PinnedHashes | null = JSON.parse(stdout);
  return hashes;
}

test.for(Object.keys(pinned).filter((name): name is EngineName => name in engines))(
  'runs by %s write the same bytes as ever',
  { timeout: 240_000 },
  async (name, { skip }) => {
    const isPinned = process.platform === 'linux' && process.arch === 'x64';
    skip(!isPinned, 'COMPARED NOTHING: hashes are known for Linux on x86-64 alone');
    const found = await hashRuns(name, 1);
    if (!found) {
      skip(`COMPARED NOTHING: this processor has no instructions for ${name}`);
      return;
    }
    const isKnown = found.mathematics === mathematics;
    const expected = isKnown ? pinned[name] : (await hashRuns(name, 2, repeated))?.runs;
    expect(found.runs).toMatchObject(expected ?? {});
    skip(!isKnown, 'COMPARED ONE THREAD WITH TWO ONLY: no hash is known for this C library');
  },
);
