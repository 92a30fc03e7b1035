import { conversationProblem, type Message } from '../../../shared/domain/message.ts';
import type { ChangeTopic } from '../../../shared/contract/app.ts';
import type { NearestSamples } from '../../../shared/contract/curate.ts';
import type {
  AnsweredBy,
  Flag,
  Sample,
  SampleFilter,
  SampleRow,
} from '../../../shared/domain/sample.ts';
import { measureText } from '../../../shared/flags/sample-flags.ts';
import { SeqRunWriter } from '../../../shared/domain/seq-runs.ts';
import type { Database } from '../../store/database.ts';
import {
  isSearch,
  lastSeq,
  sampleRows,
  seqOf,
  seqsWithin,
} from '../../store/repositories/samples/sample-list.ts';
import { askedText } from '../../store/repositories/samples/accepted-prompts.ts';
import { nearestAccepted } from '../../store/repositories/samples/nearest-samples.ts';
import { searchSamples } from '../../store/repositories/samples/sample-search.ts';
import { LoopTurns } from '../base/loop-turns.ts';
import { SharedAnswers } from '../base/shared-answers.ts';
import { addVersion, getSample, insertSample } from '../../store/repositories/samples/samples.ts';
import { flagsWith } from '../../store/repositories/samples/sample-flags.ts';
import { AppError, found } from '../base/app-error.ts';
import type { CoreState } from '../project/core-state.ts';
import { SessionScoped, type ProjectSession } from '../project/project-session.ts';
import { sampleContentHash, sampleOriginHash } from '../../store/content-hash.ts';

/** A sample by id, or NOT_FOUND. */
export function sampleById(session: ProjectSession, id: string): Sample {
  return found(getSample(session.file.db, id), 'sample', id);
}

/** Which samples pass a filter, as text of `SeqRunWriter`. */
export interface SampleIndex {
  count: number;
  runs: string;
}

const indexes = new SessionScoped(() => new SharedAnswers<SampleIndex>());

const windowRows = { first: 10_000, most: 100_000 };
const searchTurns = () => new LoopTurns(1000, 20_000);

/** Every sample that passes a filter, read piece by piece. */
export function sampleIndex(
  session: ProjectSession,
  filter: SampleFilter,
  signal: AbortSignal | undefined,
): Promise<SampleIndex> {
  const key = JSON.stringify([
    filter.status,
    filter.source,
    filter.flag,
    filter.query,
    filter.inBin,
  ]);
  const question = { key, topics: topicsOf(filter), signal };
  return session.answer(indexes.of(session), question, async (stopped) => {
    const writer = new SeqRunWriter();
    for await (const seqs of filteredSeqs(session.file.db, filter, 0, stopped))
      for (const seq of seqs) writer.add(seq);
    return { count: writer.count, runs: writer.text() };
  });
}

const topicsOf = (filter: SampleFilter): ChangeTopic[] =>
  filter.status === undefined ? ['samples'] : ['samples', 'reviews'];

/** A page of the list by key, for who reads all of it page by page. */
export async function samplePage(
  session: ProjectSession,
  filter: SampleFilter,
  page: { after?: string | undefined; limit: number },
  signal: AbortSignal | undefined,
): Promise<SampleRow[]> {
  const { db } = session.file;
  const after = page.after === undefined ? 0 : (seqOf(db, page.after) ?? 0);
  const found: number[] = [];
  return session.calls.run([signal], async (stopped) => {
    for await (const seqs of filteredSeqs(db, filter, after, stopped)) {
      found.push(...seqs.slice(0, page.limit - found.length));
      if (found.length === page.limit) break;
    }
    return sampleRows(db, found);
  });
}

/** The accepted samples nearest to what a prompt's user says. */
export function nearestSamples(
  session: ProjectSession,
  { messages, limit }: { messages: readonly Message[]; limit: number },
  signal: AbortSignal | undefined,
): Promise<NearestSamples> {
  const { db } = session.file;
  const text = askedText(messages);
  return session.calls.run([signal], async (stopped) => {
    const { samples, common } = await searchTurns().all(nearestAccepted(db, text, limit), stopped);
    const found = samples.flatMap(({ seq, score, words }) =>
      sampleRows(db, [seq]).map((row) => ({ ...row, score, words })),
    );
    return { samples: found, common };
  });
}

/** The flags that a sample would have with these words. */
export function flagsOfDraft(
  session: ProjectSession,
  { id, messages }: { id: string; messages: Message[] },
): Flag[] {
  return flagsWith(session.file.db, sampleById(session, id).seq, messages);
}

/** What passes a filter above a sequence number, in pieces with turns for others in between. */
export async function* filteredSeqs(
  db: Database,
  filter: SampleFilter,
  after: number,
  signal: AbortSignal,
): AsyncGenerator<number[], void> {
  const last = lastSeq(db);
  const turns = new LoopTurns(windowRows.first, windowRows.most);
  const found = isSearch(filter)
    ? await searchTurns().all(
        searchSamples(db, filter.query ?? '', { after, through: last }),
        signal,
      )
    : undefined;
  for (let from = after; from < last;) {
    const { seqs, through } = await turns.take((rows) => {
      const window = { after: from, through: Math.min(last, from + rows) };
      return { seqs: seqsWithin(db, filter, window, found), through: window.through };
    });
    signal.throwIfAborted();
    yield seqs;
    from = through;
  }
}

/** Stores a sample written by hand or kept from a chat, with who did it and which model answered. */
export function createSample(
  state: CoreState,
  session: ProjectSession,
  input: { messages: Message[]; source: string; answeredBy?: AnsweredBy | undefined },
): Sample {
  refuseUntrainable(input.messages);
  const author = state.settings.author;
  const originHash = sampleOriginHash(input.messages);
  const { answeredBy, ...sample } = input;
  const provenance = {
    authors: [author],
    createdAt: new Date().toISOString(),
    ...(answeredBy && { answeredBy }),
  };
  const id = insertSample(
    session.file.db,
    { ...sample, provenance, flags: measureText(input.messages), originHash },
    author,
  );
  if (id === undefined)
    throw new AppError(
      'NAME_TAKEN',
      'A sample with exactly these words is in the project already, in its bin, or was deleted for good',
    );
  session.changes.touch('samples', 'project');
  return sampleById(session, id);
}

/** Appends a version; INVALID_STATE when someone else's edit came first (the draft is not lost). */
export function editSample(
  state: CoreState,
  session: ProjectSession,
  input: { id: string; baseVersionId: string; messages: Message[] },
): Sample {
  refuseUntrainable(input.messages);
  const sample = sampleById(session, input.id);
  if (sample.isInBin)
    throw new AppError(
      'INVALID_STATE',
      'This sample is in the bin: restore it before you edit it.',
      {
        id: input.id,
      },
    );
  if (sample.versionId !== input.baseVersionId)
    throw new AppError(
      'INVALID_STATE',
      'This sample was changed while you edited it. Your draft is kept: compare and save again.',
      { id: input.id, currentVersionId: sample.versionId },
    );
  if (sampleContentHash(input.messages) !== sampleContentHash(sample.messages))
    addVersion(session.file.db, sample, {
      messages: input.messages,
      author: state.settings.author,
    });
  session.changes.touch('samples');
  return sampleById(session, input.id);
}

function refuseUntrainable(messages: readonly Message[]): void {
  const problem = conversationProblem(messages);
  if (problem)
    throw new AppError('INVALID_INPUT', `This conversation cannot be trained: ${problem}`);
}
