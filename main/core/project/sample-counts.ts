import {
  sampleStatusSchema,
  type FlagRule,
  type SampleStatus,
} from '../../../shared/domain/sample.ts';
import type { Database } from '../../store/database.ts';
import {
  countPiece,
  nextFlag,
  nextSource,
  type Counted,
} from '../../store/repositories/samples/sample-list.ts';
import { LoopTurns } from '../base/loop-turns.ts';

/** What the filter bar shows beside the statuses. */
export interface ContentCounts {
  sources: { source: string; samples: number }[];
  flags: { flag: FlagRule; samples: number }[];
  flagged: number;
}

const firstRows = 20_000;
const mostRows = 200_000;

/** Counts samples in pieces, whatever their number, with turns for others in between. */
class SampleCounter {
  readonly #db: Database;
  readonly #signal: AbortSignal;
  readonly #turns = new LoopTurns(firstRows, mostRows);

  constructor(db: Database, signal: AbortSignal) {
    this.#db = db;
    this.#signal = signal;
  }

  async count(counted: Counted): Promise<number> {
    let total = 0;
    let after = 0;
    for (;;) {
      const { n, last, isAtEnd } = await this.#turns.take((limit) => {
        const piece = countPiece(this.#db, counted, after, limit);
        return { ...piece, isAtEnd: piece.looked < limit };
      });
      this.#signal.throwIfAborted();
      total += n;
      if (isAtEnd || last === null) return total;
      after = last;
    }
  }
}

/** How many samples stand where in the review. */
export async function countStatuses(
  db: Database,
  signal: AbortSignal,
): Promise<Record<SampleStatus, number>> {
  const counter = new SampleCounter(db, signal);
  const counts = { pending: 0, accepted: 0, rejected: 0 };
  for (const value of sampleStatusSchema.options)
    counts[value] = await counter.count({ what: 'status', value });
  return counts;
}

/** How many samples there are of each source and with each flag. */
export async function countContent(db: Database, signal: AbortSignal): Promise<ContentCounts> {
  const counter = new SampleCounter(db, signal);
  const counts: ContentCounts = { sources: [], flags: [], flagged: 0 };
  let source = nextSource(db, null);
  for (; source !== undefined; source = nextSource(db, source))
    counts.sources.push({
      source,
      samples: await counter.count({ what: 'source', value: source }),
    });
  counts.sources = counts.sources.filter(({ samples }) => samples > 0);
  let flag = nextFlag(db, '');
  for (; flag !== undefined; flag = nextFlag(db, flag))
    counts.flags.push({ flag, samples: await counter.count({ what: 'flag', value: flag }) });
  counts.flags = counts.flags.filter(({ samples }) => samples > 0);
  counts.flagged = await counter.count({ what: 'flagged', value: null });
  return counts;
}
