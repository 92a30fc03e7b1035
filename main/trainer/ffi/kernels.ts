import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import koffi from 'koffi';

/** The address of every operation of kernels/, of which `addressOf` is given the name. */
const operationsOf = (addressOf: (name: string) => bigint) => ({
  product: addressOf('product'),
  attention: addressOf('attention'),
  attention_back: addressOf('attention_back'),
  attention_reduce: addressOf('attention_reduce'),
  swiglu: addressOf('swiglu'),
  swiglu_back: addressOf('swiglu_back'),
  rms_norm_back: addressOf('rms_norm_back'),
});

/** An operation of kernels/, without the name of the variant. */
export type KernelName = keyof ReturnType<typeof operationsOf>;

/** The library of kernels/ in one variant: what it was compiled for. */
export interface Kernels {
  variant: Variant['variant'];
  /** Its instruction set, as people write it. */
  label: string;
  /** Floats of a vector, of which the length of a head must be a multiple. */
  lanes: number;
  /** Addresses of what kernels/ exports, each a `ggml_custom_op_t`. */
  operations: Readonly<Record<KernelName, bigint>>;
  /** SHA-256 of the sources it was built from. */
  sourceHash: string;
}

// From source the folder lies three folders up; compiled code lies one folder deeper.
const fromHere = import.meta.url.endsWith('.ts') ? '../../../' : '../../../../';
const platform = `${process.platform}-${process.arch}`;
const file = `resources/native/${platform}/lima-kernels.so`;

/** The variants of the library, the best first. */
const variants = [
  // `needs`: features of the processor, as ggml names them.
  { variant: 'avx512', label: 'AVX-512', lanes: 16, needs: ['AVX512', 'AVX2', 'FMA', 'F16C'] },
  { variant: 'avx2', label: 'AVX2', lanes: 8, needs: ['AVX2', 'FMA', 'F16C'] },
] as const;
type Variant = (typeof variants)[number];

const loaded = new Map<Kernels['variant'], Kernels>();
/** koffi closes a library that is collected as garbage, and a bound function keeps it. */
const bound: (() => string)[] = [];

/**
 * The best kernels for a processor with these features; undefined when it has no AVX2, when this
 * platform has no library, and when the environment says `LIMA_KERNELS=ggml`.
 */
export function loadKernels(features: ReadonlySet<string>): Kernels | undefined {
  if (process.env['LIMA_KERNELS'] === 'ggml') return undefined;
  const best = variants.find(({ needs }) => needs.every((feature) => features.has(feature)));
  const path = fileURLToPath(new URL(fromHere + file, import.meta.url));
  if (best === undefined || !existsSync(path)) return undefined;
  const kernels = loaded.get(best.variant) ?? bind(path, best);
  loaded.set(best.variant, kernels);
  return kernels;
}

/** Name, version and instruction set, as in `own kernels 1f0c9a2e (AVX-512)`. */
export const kernelsName = ({ label, sourceHash }: Kernels): string =>
  `own kernels ${sourceHash.slice(0, 8)} (${label})`;

function bind(path: string, { variant, label, lanes }: Variant): Kernels {
  const library = koffi.load(path);
  const readHash: () => string = library.func(`lima_source_hash_${variant}`, 'str', []);
  bound.push(readHash);
  const operations = operationsOf((name) => library.symbol(`lima_${name}_${variant}`));
  return { variant, label, lanes, operations, sourceHash: readHash() };
}
