import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { recipeSchema } from '../../../../shared/domain/recipe.ts';
import { writeGgufStream } from '../../../gguf/write-gguf.ts';
import { loadOptions } from '../../../trainer/weights/start-weights.ts';
import { Trainer } from '../../../trainer/step/trainer.ts';
import { kindOf } from '../../../trainer/memory/correction.ts';
import { planMemory } from '../../../trainer/memory/plan-memory.ts';
import { FrozenModel } from '../../../trainer/weights/base-model.ts';
import { ModelFile } from '../../../trainer/weights/model-file.ts';
import { Backend } from '../../../trainer/device/ggml-device.ts';
import { benchmarkSample } from './benchmark-sample.ts';
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
  using backend = Backend.openCpu(1);
  await using file = await ModelFile.open(basePath);
  const { signal } = new AbortController();
  using model = await FrozenModel.load(backend, file, signal, loadOptions(recipe));
  using trainer = new Trainer(backend, model, recipe);
  await trainer.accumulate([benchmarkSample(size, model.parameters.vocabularySize)]);
  await trainer.applyGradients({ step: 1, learningRate: 1e-4 });
  await writeGgufStream(`${basePath}.written`, trainer.toGguf('measured'));
  console.log(process.resourceUsage().maxRSS * 1024);
}

const off = (planned: number, measured: number) => Math.abs(planned / measured - 1);
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

async function runGrid(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'lima-bench-memory-'));
  let worst = 0;
  let worstCorrected = 0;
  let settings = 0;
  try {
    for (const type of ['F32', 'BF16', 'Q8_0', 'Q4_K']) {
      const basePath = join(folder, `${type}.gguf`);
      await writeShapeModel(basePath, gridShape, type);
      const lora = [16, 128].flatMap((rank) =>
        [128, 512, 1024].map((tokens) => ({ method: 'lora' as const, rank, tokens })),
      );
      const full = { method: 'full' as const, rank: 1, tokens: 512 };
      let known: number | undefined;
      for (const { tokens, ...setting } of [...lora, full]) {
        const whole = { ...setting, basePath, tokens, trainedTokens: tokens / 2 };
        const planned = bytesOf(whole, 'plan');
        const measured = bytesOf(whole, 'peak');
        const error = planned / measured - 1;
        worst = Math.max(worst, Math.abs(error));
        settings += 1;
        // The first run of a base corrects the plans of the others of its method.
        const corrected = setting.method === 'lora' ? bytesOf(whole, 'plan', known) : planned;
        if (known !== undefined)
          worstCorrected = Math.max(worstCorrected, off(corrected, measured));
        known ??= measured - planned;
        console.log(
          `${type.padEnd(5)} ${setting.method} rank ${String(setting.rank).padEnd(3)} ` +
            `${String(tokens).padStart(4)} tokens: planned ${mebibytes(planned)}, ` +
            `measured ${mebibytes(measured)}, ${(100 * error).toFixed(1)} %, ` +
            `corrected ${mebibytes(corrected)}`,
        );
      }
      rmSync(basePath);
    }
    console.log(
      `${settings} settings, worst error ${(100 * worst).toFixed(1)} %, ` +
        `${(100 * worstCorrected).toFixed(1)} % once the first run of a base corrects the others`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (values.case === undefined) await runGrid();
else await runCase(JSON.parse(values.case));
