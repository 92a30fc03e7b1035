import type { SampleFacets } from '../../../shared/contract/curate.ts';
import type { SampleFilter, SampleStatus } from '../../../shared/domain/sample.ts';
import type { Database } from '../../store/database.ts';
import { isSearch, lastSeq } from '../../store/repositories/samples/sample-list.ts';
import {
  addTally,
  emptyTally,
  type SampleTally,
} from '../../store/repositories/samples/sample-tally.ts';
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
  const { status, source, flag, query, inBin } = filter;
  const key = JSON.stringify([status, source, flag, query, inBin]);
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

const tallyRows = { first: 5000, most: 50_000 };

async function countUnder(
  db: Database,
  filter: SampleFilter,
  stopped: AbortSignal,
): Promise<SampleFacets> {
  const tally = emptyTally();
  const turns = new LoopTurns(tallyRows.first, tallyRows.most);
  // A search is made once, whatever else narrows the list.
  if (isSearch(filter))
    for await (const seqs of filteredSeqs(
      db,
      { query: filter.query, inBin: filter.inBin },
      0,
      stopped,
    ))
      await inPieces(seqs.length, (from, rows) => {
        const found = seqs.slice(from, from + rows);
        const part = { after: (found[0] ?? 1) - 1, through: found.at(-1) ?? 0, found };
        addTally(db, filter, part, tally);
      });
  else
    await inPieces(lastSeq(db), (after, rows) =>
      addTally(db, filter, { after, through: after + rows, found: null }, tally),
    );
  return facetsFrom(tally);

  async function inPieces(count: number, add: (from: number, rows: number) => void): Promise<void> {
    for (let from = 0; from < count;) {
      const start = from;
      from = await turns.take((rows) => {
        add(start, rows);
        return start + rows;
      });
      stopped.throwIfAborted();
    }
  }
}

const byName = <Name extends string>(counts: ReadonlyMap<Name, number>) =>
  [...counts].toSorted(([one], [other]) => (one < other ? -1 : 1));

function facetsFrom({ statuses, sources, flags, unflagged }: SampleTally): SampleFacets {
  const count = (status: SampleStatus) => statuses.get(status) ?? 0;
  return {
    statuses: {
      pending: count('pending'),
      accepted: count('accepted'),
      rejected: count('rejected'),
    },
    sources: byName(sources).map(([source, samples]) => ({ source, samples })),
    flags: byName(flags).map(([flag, samples]) => ({ flag, samples })),
    unflagged,
  };
}
