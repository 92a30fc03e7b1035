import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { recipeSchema } from '../../../../shared/domain/recipe/recipe.ts';
import { writeGgufStream } from '../../../gguf/write/write-gguf.ts';
import { loadOptions } from '../../../trainer/weights/start-weights.ts';
import { Trainer } from '../../../trainer/step/trainer.ts';
import { kindOf } from '../../../trainer/memory/correction.ts';
import { planMemory } from '../../../trainer/memory/plan-memory.ts';
import { BaseModel } from '../../../trainer/weights/base-model.ts';
import { ModelFile } from '../../../trainer/weights/model-file.ts';
import { GgmlDevice } from '../../../trainer/device/ggml-device.ts';
import { benchmarkSample } from './compute-rates.ts';
import { writeShapeModel } from './model-shape.ts';

// Compares planned with measured peak memory on a grid of settings: node measure-memory.ts
const { values } = parseArgs({
  options: {
    case: { type: 'string' },
    only: { type: 'string', default: 'plan' },
    /** Bytes that an earlier run took beyond its plan. */
    known: { type: 'string' },
  },
});

interface Setting {
  basePath: string;
  tokens: number;
  trainedTokens: number;
  rank: number;
  method: 'lora' | 'full';
}

const gridShape = {
  name: 'grid',
  embeddingLength: 512,
  layers: 6,
  heads: 8,
  keyValueHeads: 4,
  feedForwardLength: 1536,
  vocabularySize: 32_000,
};

/** Prints the plan, or the peak after a step, as one number of bytes. */
async function runCase({ basePath, rank, method, ...size }: Setting): Promise<void> {
  const recipe = recipeSchema.parse({ rank, method, batchSize: 1, threads: 1 });
  const pack = { tokens: size.tokens, rows: size.trainedTokens };
  if (values.only === 'plan') {
    const known = values.known === undefined ? [] : [Number(values.known)];
    const measured = known.map((errorBytes) => ({ ...kindOf('cpu', method), errorBytes }));
    console.log((await planMemory({ basePath, recipe, pack, known: measured })).totalBytes);
    return;
  }
  using device = GgmlDevice.openCpu(1);
  await using file = await ModelFile.open(basePath);
  const { signal } = new AbortController();
  using model = await BaseModel.load(device, file, signal, loadOptions(recipe));
  using trainer = new Trainer(device, model, recipe);
  await trainer.accumulate([benchmarkSample(size, model.parameters.vocabularySize)]);
  await trainer.applyGradients({ step: 1, learningRate: 1e-4 });
  await writeGgufStream(`${basePath}.written`, trainer.toGguf('measured'));
  console.log(process.resourceUsage().maxRSS * 1024);
}

const mebibytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0).padStart(5)} MiB`;

function bytesOf(setting: Setting, only: 'plan' | 'peak', knownBytes?: number): number {
  const words = ['--case', JSON.stringify(setting), '--only', only];
  if (knownBytes !== undefined) words.push(`--known=${knownBytes}`);
  const { stdout, stderr, status } = spawnSync(process.execPath, [import.meta.filename, ...words], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return Number(stdout.trim().split('\n').at(-1));
}

/** LoRA of two ranks at three lengths, and full training at one. */
function settingsOn(basePath: string): Setting[] {
  const lora = [16, 128].flatMap((rank) =>
    [128, 512, 1024].map((tokens) => ({ method: 'lora' as const, rank, tokens })),
  );
  const full = { method: 'full' as const, rank: 1, tokens: 512 };
  return [...lora, full].map((one) => ({ ...one, basePath, trainedTokens: one.tokens / 2 }));
}

/** One setting: its plan, its peak, and its plan once a run of the same base is known. */
interface Measured {
  setting: Setting;
  planned: number;
  measured: number;
  /** Undefined for the first run of a base, which corrects the plans of the others. */
  corrected: number | undefined;
}

function measureBase(basePath: string, report: (row: Measured) => void): Measured[] {
  let known: number | undefined;
  return settingsOn(basePath).map((setting) => {
    const planned = bytesOf(setting, 'plan');
    const measured = bytesOf(setting, 'peak');
    // A run corrects the plans of its own method only.
    const isCorrected = setting.method === 'lora' && known !== undefined;
    const again = isCorrected ? bytesOf(setting, 'plan', known) : planned;
    const row = { setting, planned, measured, corrected: known === undefined ? undefined : again };
    known ??= measured - planned;
    report(row);
    return row;
  });
}

function printRow(type: string, { setting, planned, measured, corrected }: Measured): void {
  const { method, rank, tokens } = setting;
  console.log(
    `${type.padEnd(5)} ${method} rank ${String(rank).padEnd(3)} ` +
      `${String(tokens).padStart(4)} tokens: planned ${mebibytes(planned)}, ` +
      `measured ${mebibytes(measured)}, ${(100 * (planned / measured - 1)).toFixed(1)} %, ` +
      `corrected ${mebibytes(corrected ?? planned)}`,
  );
}

const worst = (rows: readonly Measured[], planOf: (row: Measured) => number | undefined) =>
  Math.max(0, ...rows.map((row) => Math.abs((planOf(row) ?? row.measured) / row.measured - 1)));

async function runGrid(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'lima-bench-memory-'));
  const rows: Measured[] = [];
  try {
    for (const type of ['F32', 'BF16', 'Q8_0', 'Q4_K']) {
      const basePath = join(folder, `${type}.gguf`);
      await writeShapeModel(basePath, gridShape, type);
      rows.push(...measureBase(basePath, (row) => printRow(type, row)));
      rmSync(basePath);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const plain = worst(rows, ({ planned }) => planned);
  const corrected = worst(rows, (row) => row.corrected);
  console.log(
    `${rows.length} settings, worst error ${(100 * plain).toFixed(1)} %, ` +
      `${(100 * corrected).toFixed(1)} % once the first run of a base corrects the others`,
  );
}

if (values.case === undefined) await runGrid();
else await runCase(JSON.parse(values.case));
