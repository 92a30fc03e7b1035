import type { Database } from '../../store/database.ts';
import { addSamples, type NewSample } from '../../store/repositories/samples/samples.ts';

const words = 'how why when brew tea garden river stone paper light music train kernel'.split(' ');

/** The sample of a number. */
export function sampleAt(number: number): NewSample {
  const text = (length: number) =>
    Array.from({ length }, (_, at) => words[(number * 7 + at * at) % words.length]).join(' ');
  const answer = `${text(40)} ${number}`;
  return {
    messages: [
      { role: 'user', content: text(12) },
      { role: 'assistant', content: answer },
    ],
    source: `source ${number % 3}`,
    provenance: {},
    flags: number % 5 === 0 ? [{ rule: 'first-person', scope: 'raw', reason: 'says I' }] : [],
    originHash: `origin-${number}`,
  };
}

const batch = 5000;

/** Adds the samples of these numbers; each number is one conversation, whatever project it is in. */
export function addNumbered(db: Database, from: number, to: number): void {
  for (let first = from; first < to; first += batch) {
    const length = Math.min(batch, to - first);
    addSamples(
      db,
      Array.from({ length }, (_, at) => sampleAt(first + at)),
      'bench',
    );
  }
}
