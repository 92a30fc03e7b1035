import { afterEach, describe, expect, test, vi } from 'vitest';
import { hashSources } from '../kernels/build.ts';
import { loadKernels } from './kernels.ts';

const avx2 = ['AVX', 'AVX2', 'FMA', 'F16C'];
afterEach(() => vi.unstubAllEnvs());

describe.runIf(process.platform === 'linux' && process.arch === 'x64')('kernels', () => {
  test.each(['AVX512', ''])(
    'were built from these sources, or "npm run build:kernels" is due (%s)',
    (more) => {
      expect(loadKernels(new Set([...avx2, more]))?.sourceHash).toBe(hashSources());
    },
  );

  test('are those of the widest vectors that the processor has, or none', () => {
    expect(loadKernels(new Set([...avx2, 'AVX512']))?.variant).toBe('avx512');
    expect(loadKernels(new Set(avx2))?.variant).toBe('avx2');
    for (const missing of avx2.slice(1))
      expect(loadKernels(new Set(avx2.filter((name) => name !== missing)))).toBeUndefined();
  });

  test('are not used where LIMA_KERNELS refuses them', () => {
    vi.stubEnv('LIMA_KERNELS', 'ggml');
    expect(loadKernels(new Set(avx2))).toBeUndefined();
  });
});
