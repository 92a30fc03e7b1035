import { parseArgs } from 'node:util';
import { killAndResume, type KilledRun } from '../../core/train/testing/kill-and-resume.ts';

// `npm run bench:resume`: does every run that is killed at a random moment end as if it was not?
const { values } = parseArgs({
  options: { kills: { type: 'string', default: '20' }, seed: { type: 'string', default: '1' } },
});
const [kills, seed] = [Number(values.kills), Number(values.seed)];
if (!Number.isSafeInteger(kills) || kills < 1)
  throw new RangeError(`--kills ${values.kills} is not a number from 1 up`);
if (!Number.isSafeInteger(seed)) throw new RangeError(`--seed ${values.seed} is not a number`);

const widths = [4, 6, 9, 14];
const row = (cells: readonly string[]) =>
  cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
let shown = 0;

function show({ kills: done, outcome, isIdentical, tookMs }: KilledRun): void {
  shown += 1;
  const moments = done.map(({ victim, atMs }) => `${victim} at ${seconds(atMs)}`).join(', ');
  const hash = `${outcome.adapterSha256.slice(0, 8)} ${isIdentical ? 'same' : 'OTHER'}`;
  const cells = [String(shown), String(done.length), seconds(tookMs), hash, moments];
  console.log(row(cells));
}

console.log(`${kills} kills of core, trainer or both, seed ${seed}\n`);
console.log(row(['run', 'kills', 'took', 'final adapter', 'killed (time since its start)']));
const { whole, runs } = await killAndResume({ kills, seed, onRun: show });
const identical = runs
  .filter(({ isIdentical }) => isIdentical)
  .reduce((sum, run) => sum + run.kills.length, 0);
const tookMs = runs.reduce((sum, run) => sum + run.tookMs, 0);
console.log(
  `\nuninterrupted: ${whole.steps} steps in ${seconds(whole.trainingMs)}, ` +
    `${seconds(whole.tookMs)} with start; adapter ${whole.adapterSha256.slice(0, 16)}`,
);
console.log(`${runs.length} runs, ${seconds(tookMs / kills)} per kill`);
console.log(`${identical} of ${kills} identical`);
process.exitCode = identical === kills ? 0 : 1;
