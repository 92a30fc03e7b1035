import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { canRecord, makePlace, record } from './record.ts';
import { replay } from './replay.ts';
import { scenarios } from './scenarios.ts';

// `npm run bench:crash`: is everything that was acknowledged there after a loss of power, at any
// moment and whatever the disk did with what was not synced?
const { values } = parseArgs({
  options: {
    states: { type: 'string', default: '12000' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
  },
});
const [states, seed] = [Number(values.states), Number(values.seed)];
if (!Number.isSafeInteger(states) || states < 1)
  throw new RangeError(`--states ${values.states} is not a number from 1 up`);
if (!Number.isSafeInteger(seed)) throw new RangeError(`--seed ${values.seed} is not a number`);
if (!canRecord) throw new Error('Processes can be recorded on Linux on x64 only.');

const names = Object.keys(scenarios).filter((name) => name.includes(values.only));
const widths = [38, 10, 8, 9, 16, 5];
const row = (cells: readonly string[]) =>
  cells
    .map((cell, column) =>
      column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
    )
    .join('  ');

const within = makePlace();
const total = { states: 0, distinct: 0, acknowledgements: 0, bad: 0 };
console.log(row(['scenario', 'operations', 'states', 'distinct', 'acknowledgements', 'bad']));
try {
  for (const name of names) {
    const place = join(within, String(names.indexOf(name)));
    mkdirSync(place);
    const recording = record(name, place);
    const share = Math.ceil(states / names.length);
    const { bad, ...report } = replay(recording, { states: share, seed, within: place });
    const counts = [report.states, report.distinct, report.acknowledgements, bad.length];
    console.log(row([name, String(recording.operations.length), ...counts.map(String)]));
    for (const { count, kind, fault, message } of bad.slice(0, 5))
      console.log(`  after ${count} operations, ${kind}: ${fault}: ${message}`);
    total.states += report.states;
    total.distinct += report.distinct;
    total.acknowledgements += report.acknowledgements;
    total.bad += bad.length;
    rmSync(place, { recursive: true });
  }
} finally {
  rmSync(within, { recursive: true, force: true });
}
console.log(
  `\n${total.states} states (${total.distinct} distinct), ${total.acknowledgements} checked ` +
    `acknowledgements, ${total.bad} bad`,
);
process.exitCode = total.bad === 0 ? 0 : 1;
