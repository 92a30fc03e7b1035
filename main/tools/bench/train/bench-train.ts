import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { comparePeer } from './compare-peer.ts';
import {
  shape135M,
  shapeOf1B,
  shapeOfSuperblocks,
  writeShapeModel,
  type BenchmarkShape,
} from './model-shape.ts';
import { peerTypes, type PeerType } from './peer-job.ts';

// `npm run bench:train`: how much of the machine's matrix speed training reaches.
const { values } = parseArgs({
  allowNegative: true,
  options: {
    peer: { type: 'boolean', default: true },
    tokens: { type: 'string', default: '512' },
    steps: { type: 'string', default: '8' },
    threads: { type: 'string', default: String(availableParallelism()) },
    types: { type: 'string', default: 'BF16,Q8_0,Q4_0,Q4_1' },
    wide: { type: 'string', default: 'BF16,Q4_K' },
    superblocks: { type: 'string', default: 'BF16,Q4_K,Q6_K' },
  },
});

const caseSchema = z.object({
  bestStepMs: z.number(),
  medianStepMs: z.number(),
  peakBytes: z.number(),
  modelFlops: z.number(),
  /** Of ggml's own product, and of ours where there are kernels. */
  mulMatFlops: z.number(),
  ownFlops: z.number().optional(),
  tokensPerSecond: z.number(),
});
type Case = z.infer<typeof caseSchema>;

function measure(base: string, shape: BenchmarkShape, type: string): Case {
  const { tokens, steps, threads } = values;
  const settings = { base, shape: shape.name, type, tokens, steps, threads };
  const words = Object.entries(settings).flatMap(([key, value]) => [`--${key}`, value]);
  const script = join(import.meta.dirname, 'measure-case.ts');
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...words], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${shape.name} ${type} failed: ${stderr}`);
  return caseSchema.parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''));
}

const shareOf = (flops: number, most: number, name: string) =>
  `${((100 * flops) / most).toFixed(0).padStart(3)} % of ${name} (${(most / 1e9).toFixed(0)})`;

function describeCase(type: string, result: Case, fileBytes: number): string {
  const { tokensPerSecond, modelFlops, mulMatFlops, ownFlops } = result;
  const { peakBytes, bestStepMs, medianStepMs } = result;
  const cells = [
    type.padEnd(5),
    `${tokensPerSecond.toFixed(0).padStart(6)} tokens/s`,
    `${(modelFlops / 1e9).toFixed(0).padStart(5)} GFLOP/s`,
    shareOf(modelFlops, mulMatFlops, "ggml's mul_mat"),
    ownFlops === undefined ? 'no product of ours' : shareOf(modelFlops, ownFlops, 'our product'),
    `peak ${(peakBytes / 2 ** 20).toFixed(0).padStart(5)} MiB (file ${(fileBytes / 2 ** 20).toFixed(0)} MiB)`,
    `step ${bestStepMs.toFixed(0)} ms, median ${medianStepMs.toFixed(0)}`,
  ];
  return cells.join('  ');
}

async function runShape(folder: string, shape: BenchmarkShape, list: string): Promise<void> {
  const types = list.split(',').filter(Boolean);
  if (types.length === 0) return;
  console.log(
    `\n${shape.name}: LoRA 16 on all linear layers, ${values.tokens} tokens a step, half trained`,
  );
  let referenceMs: number | undefined;
  for (const type of types) {
    const path = join(folder, `${type}.gguf`);
    await writeShapeModel(path, shape, type);
    const result = measure(path, shape, type);
    referenceMs ??= result.bestStepMs;
    const ratio = `${(result.bestStepMs / referenceMs).toFixed(2)} x the step of ${types[0]}`;
    console.log(`${describeCase(type, result, statSync(path).size)}  ${ratio}`);
    rmSync(path);
  }
}

async function runPeer(type: PeerType): Promise<void> {
  console.log('\nBeside the one other trainer of GGUF models:');
  const result = await comparePeer(console.log, type, Number(values.threads));
  if ('unavailable' in result) {
    // The last line tells why; what the peer prints before is not about this.
    console.log(`No comparison: ${result.unavailable.trim().split('\n').at(-1)}`);
    return;
  }
  const { ownTokensPerSecond, peerTokensPerSecond, ratio, note } = result;
  console.log(
    `${ownTokensPerSecond.toFixed(0)} to ${peerTokensPerSecond.toFixed(1)} tokens/s: ` +
      `${ratio.toFixed(1)} times as fast\n(${note})`,
  );
}

const folder = mkdtempSync(join(tmpdir(), 'lima-bench-train-'));
try {
  console.log(`${cpus()[0]?.model ?? 'unknown CPU'}, ${values.threads} threads`);
  await runShape(folder, shape135M, values.types);
  await runShape(folder, shapeOfSuperblocks, values.superblocks);
  await runShape(folder, shapeOf1B, values.wide);
  if (values.peer) for (const type of peerTypes) await runPeer(type);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
