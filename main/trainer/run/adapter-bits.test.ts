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
    'llama, F32, LoRA': '5aeb68d36c6cdeed18f730a4d5076f0af98215208a054d529af4e3bc6c150dde',
    'llama, Q8_0, LoRA, dropout and noise':
      '1585d60bde1ed5cff39a7d0435ca3daa0d1fb987a9a3fa09e78c737c0831236b',
    'llama, heads of no whole vectors, LoRA of attention':
      'fdc7ac4164e82cfcd20fa7731a6383c43ff48ecd82037b73d5dcbd8cf2b2b4c0',
    'llama, F32, in full, random start':
      'b0f079551af4d12d80f57c7717d0fc6bfebb64b0e53ea38a147a53a7907558ab',
    'qwen2, BF16, in full': '7c0c2e9197cb12f2e5b8e03a7a6b13fdba8131c0a439f5b5d942a4f2e4ef4a90',
    'gemma3, BF16, LoRA, more than two spans':
      'e73a79f8460a024ce3d3277654a4b699c15fb90d2c45ee3b2fd6ae1bd5c2b692',
    'gemma3, F32, in full': '4eef264c8937c05c635ed5991e564d631def28306539a1de52a986ebbcbcb3c7',
    'phi3, Q8_0 and F16, LoRA, more than two spans':
      'fc75990d830454f71e857823d7822c7aa983d2c0ddd716b78c6fac6b596fc74e',
    'phi3, F16, in full, Q8_0 written':
      '354ebe9f1ad58efb57533f0eca86bcd40ce889ed9ff7bdc71806c84af5f9da17',
  },
  'kernels for AVX-512': {
    'llama, F32, LoRA': 'abf7aae7397170857afdde7ad9b568a5c09e6ead1105d58fd7e08aef77181cc7',
    'llama, Q8_0, LoRA, dropout and noise':
      '78ad00d22fdab578b39e77bdaecb6533ada07f5ad2e19743e967cf302a02bffd',
    'llama, heads of no whole vectors, LoRA of attention':
      'de8b9adec917339da852435803924b4743fbd1fb67873baba9e146a42bce53a4',
    'llama, F32, in full, random start':
      '81e27ba280e722eb6c0461cf48ac9e33c94619d4ddeaff6a886f9ac3f6ab7bc3',
    'qwen2, BF16, in full': '83a609d55977870d2eca3a9949986d8c50c486c0bd2f2367c8946eee376cddcd',
    'gemma3, BF16, LoRA, more than two spans':
      '0d9516d656cfe54df9db096d85db4b189f433703859f8514d8015dc341fc18db',
    'gemma3, F32, in full': '3ed31213822a540cf811b8e139d6af69d9411848d6cc232a9e76b17e35578e42',
    'phi3, Q8_0 and F16, LoRA, more than two spans':
      '4497f9e7fe26e9b1ff790af4a4ff4ba23468a570bf419aa9cc0d4fe036e1d49d',
    'phi3, F16, in full, Q8_0 written':
      '7ac0ceac0583dac9011e4c6e85fa37295a0c99f83f6f600da8d004b0592103fa',
  },
  "ggml's operations": {
    'llama, F32, LoRA': '7f11bf3df5e71b62a50b34974b799e08acae61442025861269aed8bc0c98c38a',
    'llama, Q8_0, LoRA, dropout and noise':
      '84c3bbfd8e1a010c0288cbb23fd31f642bab99eb75330d3bf1f78ee5c1e2c6fb',
    'llama, heads of no whole vectors, LoRA of attention':
      '4defe5f680eb18363534c444744911b21057708d299829028f5660d2f7d666bd',
    'llama, F32, in full, random start':
      '4c3d49ffa910e338e1398908b374dccecbae744829688aae390d25e2d38b4749',
    'qwen2, BF16, in full': '3150965bdb6dcd6bd6d6644989cfc8a334dc26e815ed62f35362d4c26598e246',
    'gemma3, BF16, LoRA, more than two spans':
      'bfb562208d42e7ca1174d677c88c184778dcf89b331b324889c80c6dec5452ce',
    'gemma3, F32, in full': 'fec9e4a799f00f8bc46e1de2cf23c29675c2b69b861ff9da331bd1b293ec8bc3',
    'phi3, Q8_0 and F16, LoRA, more than two spans':
      '5b5005ce344abbf73f7d748bba931fd771dd92d76b36b07516f4fab9a9479d0a',
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
