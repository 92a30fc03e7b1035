import { createHash } from 'node:crypto';
import { parseArgs } from 'node:util';
import { seededUniform } from '../../../shared/domain/seeded-uniform.ts';
import { NearDuplicates } from '../../../shared/near/near-duplicates.ts';

// Finds planted near-duplicates among texts of about a kilobyte, on one core. Prints how many were
// found, how many others, and the time as a ratio to hashing the same texts with SHA-256, which
// finds exact copies alone; exit code 1 when a bar is missed.
const { values } = parseArgs({
  options: {
    texts: { type: 'string', default: '100000' },
    words: { type: 'string', default: '170' },
  },
});
const count = Number(values.texts);
const bars = { recall: 0.95, precision: 0.95, secondsPer100k: 2.5 };
/** Of ten texts one has a copy, in which one word of each ten is another. */
const copied = 0.1;

interface Planted {
  texts: string[];
  /** Of each text the one that it was made from: itself, if it is no copy. */
  originOf: number[];
}

function plant(): Planted {
  const uniform = seededUniform(1);
  const letter = () => String.fromCharCode(97 + Math.floor(26 * uniform()));
  const vocabulary = Array.from({ length: 20_000 }, () =>
    Array.from({ length: 2 + Math.floor(8 * uniform()) }, letter).join(''),
  );
  const word = () => vocabulary[Math.floor(vocabulary.length ** uniform()) - 1] ?? 'a';
  const [texts, originOf]: [string[], number[]] = [[], []];
  while (texts.length < count) {
    const origin = texts.length;
    const words = Array.from({ length: Number(values.words) }, word);
    texts.push(words.join(' '));
    originOf.push(origin);
    if (uniform() >= copied) continue;
    const replaced = Math.floor(10 * uniform());
    texts.push(words.map((own, at) => (at % 10 === replaced ? word() : own)).join(', '));
    originOf.push(origin);
  }
  return { texts, originOf };
}

function secondsOf(work: () => void): number {
  const startedMs = performance.now();
  work();
  return (performance.now() - startedMs) / 1000;
}

const { texts, originOf } = plant();
const near = new NearDuplicates(0.4);
const hashing = secondsOf(() => {
  for (const text of texts) createHash('sha256').update(text).digest();
});
const finding = secondsOf(() => {
  for (const text of texts) near.add(text);
  near.groups();
});
let [right, wrong] = [0, 0];
for (const { members } of near.groups())
  for (const other of members.slice(1)) {
    if (originOf[other] === originOf[members[0] ?? -1]) right += 1;
    else wrong += 1;
  }
const recall = right / originOf.filter((origin, index) => origin !== index).length;
const precision = right / (right + wrong);
const per100k = (finding * 100_000) / texts.length;
const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
console.log(
  `${texts.length} texts of ${values.words} words: ${finding.toFixed(2)} s (${per100k.toFixed(2)} s for 100,000), ` +
    `${(finding / hashing).toFixed(1)} times SHA-256; ` +
    `recall ${percent(recall)}, precision ${percent(precision)}; ` +
    `${Math.round(process.memoryUsage().rss / 2 ** 20)} MiB`,
);
const isHeld =
  recall >= bars.recall && precision >= bars.precision && per100k <= bars.secondsPer100k;
if (!isHeld) console.log('bar missed');
process.exitCode = isHeld ? 0 : 1;
