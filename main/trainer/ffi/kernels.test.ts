import { afterEach, describe, expect, test, vi } from 'vitest';
import { hashSources } from '../kernels/build.ts';
import { loadKernels } from './kernels.ts';

const avx2 = ['AVX', 'AVX2', 'FMA', 'F16C'];
afterEach(() => vi.unstubAllEnvs());

describe.runIf(process.platform === 'linux' && process.arch === 'x64')('kernels', () => {
  test.each(['AVX512', ''])(
    'are older than their sources: run "npm run build:kernels" (%s)',
    (more) => {
      expect(loadKernels(new Set([...avx2, more]))?.sources).toBe(hashSources());
    },
  );

  test('need more than the processor has', () => {
    expect(loadKernels(new Set([...avx2, 'AVX512']))?.variant).toBe('avx512');
    expect(loadKernels(new Set(avx2))?.variant).toBe('avx2');
    for (const missing of avx2.slice(1))
      expect(loadKernels(new Set(avx2.filter((name) => name !== missing)))).toBeUndefined();
  });

  test('are used where the person refuses them', () => {
    vi.stubEnv('LIMA_KERNELS', 'ggml');
    expect(loadKernels(new Set(avx2))).toBeUndefined();
  });
});
