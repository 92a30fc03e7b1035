import type { SampleFacets } from '../../../shared/contract/curate.ts';
import {
  flagRuleSchema,
  type SampleFilter,
  type SampleStatus,
} from '../../../shared/domain/sample.ts';
import type { Database } from '../../store/database.ts';
import { addTally, type TalliedBy } from '../../store/repositories/sample-tally.ts';
import { LoopTurns } from '../base/loop-turns.ts';
import { SharedAnswers } from '../base/shared-answers.ts';
import { SessionScoped, type ProjectSession } from '../project/project-session.ts';
import { countContent, type ContentCounts } from '../project/sample-counts.ts';
import { filteredSeqs } from './sample-service.ts';

const contents = new SessionScoped(() => new SharedAnswers<ContentCounts>());
const filtered = new SessionScoped(() => new SharedAnswers<SampleFacets>());

/**
 * Counts for the filter bar: of each status, source and flag how many samples it would list beside
 * the other conditions of the filter.
 */
export async function facets(
  session: ProjectSession,
  filter: SampleFilter,
  signal: AbortSignal | undefined,
): Promise<SampleFacets> {
  if (Object.values(filter).every((value) => value === undefined))
    return await projectFacets(session, signal);
  const { status, source, flag, query } = filter;
  const key = JSON.stringify([status, source, flag, query]);
  const question = { key, topics: ['samples', 'reviews'] as const, signal };
  return await session.answer(filtered.of(session), question, (stopped) =>
    countUnder(session.file.db, filter, stopped),
  );
}

/** The same over the whole project, where indexes count. */
async function projectFacets(
  session: ProjectSession,
  signal: AbortSignal | undefined,
): Promise<SampleFacets> {
  const question = { key: '', topics: ['samples'] as const, signal };
  const [statuses, { flagged, ...content }] = await Promise.all([
    session.statuses(signal),
    session.answer(contents.of(session), question, (stopped) =>
      countContent(session.file.db, stopped),
    ),
  ]);
  const total = statuses.pending + statuses.accepted + statuses.rejected;
  return { statuses, ...content, unflagged: Math.max(0, total - flagged) };
}

type Dimension = 'status' | 'source' | 'flag';
type Tally = { [By in TalliedBy]: Map<string, number> } & { total: number };

const talliedBy: Record<Dimension, readonly TalliedBy[]> = {
  status: ['status'],
  source: ['source'],
  flag: ['flag', 'flagged'],
};
const dimensions = Object.keys(talliedBy).filter((name): name is Dimension => name in talliedBy);

async function countUnder(
  db: Database,
  filter: SampleFilter,
  stopped: AbortSignal,
): Promise<SampleFacets> {
  const tallies = new Map<Dimension, Tally>();
  // Dimensions that the filter does not narrow are counted in one pass.
  const open = dimensions.filter((dimension) => filter[dimension] === undefined);
  const narrowed = dimensions.filter((dimension) => filter[dimension] !== undefined);
  for (const pass of [open, ...narrowed.map((dimension) => [dimension])]) {
    if (pass.length === 0) continue;
    const others = { ...filter };
    for (const dimension of pass) delete others[dimension];
    const tally = await tallyOf(
      db,
      others,
      pass.flatMap((dimension) => talliedBy[dimension]),
      stopped,
    );
    for (const dimension of pass) tallies.set(dimension, tally);
  }
  return facetsFrom(tallies);
}

const tallyRows = { first: 2000, most: 50_000 };

async function tallyOf(
  db: Database,
  filter: SampleFilter,
  by: readonly TalliedBy[],
  stopped: AbortSignal,
): Promise<Tally> {
  const tally = {
    status: new Map<string, number>(),
    source: new Map<string, number>(),
    flag: new Map<string, number>(),
    flagged: new Map<string, number>(),
    total: 0,
  };
  const turns = new LoopTurns(tallyRows.first, tallyRows.most);
  for await (const seqs of filteredSeqs(db, filter, 0, stopped))
    for (let from = 0; from < seqs.length;) {
      const start = from;
      from = await turns.take((rows) => {
        const piece = seqs.slice(start, start + rows);
        for (const each of by) addTally(db, each, piece, tally[each]);
        tally.total += piece.length;
        return start + piece.length;
      });
      stopped.throwIfAborted();
    }
  return tally;
}

const byName = (counts: ReadonlyMap<string, number> | undefined) =>
  [...(counts ?? [])].toSorted(([one], [other]) => (one < other ? -1 : 1));

function facetsFrom(tallies: ReadonlyMap<Dimension, Tally>): SampleFacets {
  const count = (status: SampleStatus) => tallies.get('status')?.status.get(status) ?? 0;
  const flags = tallies.get('flag');
  return {
    statuses: {
      pending: count('pending'),
      accepted: count('accepted'),
      rejected: count('rejected'),
    },
    sources: byName(tallies.get('source')?.source).map(([source, samples]) => ({
      source,
      samples,
    })),
    flags: byName(flags?.flag).map(([rule, samples]) => ({
      flag: flagRuleSchema.parse(rule),
      samples,
    })),
    unflagged: (flags?.total ?? 0) - (flags?.flagged.get('flagged') ?? 0),
  };
}
