import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { parseArgs } from 'node:util';
import { demoFiles, allSamples, firstSamples, recipeFor } from '../../headless/demo/make-plan.ts';
import {
  heldOutAccuracy,
  readQuestions,
  type HeldOutAccuracy,
} from '../../headless/demo/held-out.ts';
import { reportOf, runPipeline, type PipelinePlan } from '../../headless/demo/run-pipeline.ts';
import { openCore } from '../../headless/cli/open-core.ts';
import { Terminal } from '../../headless/cli/terminal.ts';
import { writeBlankModel, atlasVocabulary } from './blank-model.ts';
import { readCountries } from '../../headless/demo/countries.ts';

const { values } = parseArgs({
  allowNegative: true,
  options: {
    control: { type: 'boolean', default: true },
    seeds: { type: 'string', default: '1,2,3' },
    samples: { type: 'string', default: '300,100' },
    split: { type: 'string', default: 'heldOut' },
    set: { type: 'string', multiple: true, default: [] },
    model: { type: 'string', default: demoFiles.model },
  },
});
/** Progress of the steps is nobody's interest here. */
const quiet = new PassThrough().resume();

const seeds = values.seeds.split(',').map(Number);
const split = values.split === 'validation' ? demoFiles.validation : demoFiles.heldOut;

const percent = (share: number) => `${(share * 100).toFixed(1)} %`;

const mean = (numbers: readonly number[]) =>
  numbers.reduce((sum, number) => sum + number, 0) / numbers.length;

/** Fine-tunes in a project of its own and counts correct answers before and after. */
async function measure(plan: PipelinePlan): Promise<HeldOutAccuracy> {
  const folder = await mkdtemp(join(tmpdir(), 'atlas-bench-'));
  try {
    await using core = await openCore(join(folder, 'user'));
    await core.client.project.create({ path: join(folder, 'bench.lima') });
    const wait = {
      terminal: new Terminal('json', { stdout: process.stdout, stderr: quiet }),
      signal: new AbortController().signal,
    };
    const { evaluationId } = await runPipeline(core.client, plan, wait, () => {});
    const report = await reportOf(core.client, evaluationId);
    return heldOutAccuracy(report, await readQuestions(plan.promptsPath));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** What is fine-tuned on how many samples. */
interface Case {
  name: string;
  modelPath: string;
  samples: number;
}

/** One row of the table: the same fine-tune with every seed. */
async function measureSeeds(
  { name, modelPath, samples }: Case,
  folder: string,
): Promise<{ name: string; before: number; after: number[]; mean: number }> {
  const found: HeldOutAccuracy[] = [];
  const samplesPath = await firstSamples(folder, samples);
  for (const seed of seeds) {
    const recipe = await recipeFor(samples, [...values.set, `seed=${seed}`]);
    const start = performance.now();
    found.push(await measure({ modelPath, samplesPath, promptsPath: split, recipe }));
    const seconds = (performance.now() - start) / 1000;
    const { before, after, questions } = found.at(-1) ?? { before: 0, after: 0, questions: 0 };
    console.log(
      `${name}, seed ${seed}: ${percent(before)} before, ${percent(after)} after ` +
        `(${questions} questions, ${seconds.toFixed(0)} s)`,
    );
  }
  const after = found.map((one) => one.after);
  const row = { name, before: mean(found.map((one) => one.before)), after, mean: mean(after) };
  console.log(`${name}: mean ${percent(row.before)} before, ${percent(row.mean)} after`);
  return row;
}

async function main(folder: string): Promise<void> {
  const cases = values.samples.split(',').map((count) => ({
    name: `Atlas, ${count} samples`,
    modelPath: values.model,
    samples: Number(count),
  }));
  if (values.control) {
    const modelPath = join(folder, 'blank.gguf');
    await writeBlankModel(modelPath, atlasVocabulary(readCountries()), 1);
    cases.push({ name: 'Random weights, all samples', modelPath, samples: allSamples });
  }
  const rows = [];
  for (const one of cases) rows.push(await measureSeeds(one, folder));
  console.log(JSON.stringify({ split: values.split, settings: values.set, rows }));
}

const folder = await mkdtemp(join(tmpdir(), 'atlas-bench-'));
try {
  await main(folder);
} finally {
  await rm(folder, { recursive: true });
}
