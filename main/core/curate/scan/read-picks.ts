import { basename } from 'node:path';
import type { CandidatePlace, Candidate } from '../../../../shared/domain/selection/candidate.ts';
import { ByteSource } from '../import/read/byte-source.ts';
import { XmlSplitter, type XmlPiece } from '../import/read/split-xml.ts';
import { RecordProblem } from '../import/sample/import-error.ts';
import type { ParsedSample } from '../import/sample/parsed-sample.ts';
import { stackExchangeSample } from '../import/stack-exchange/post-sample.ts';
import { StackExchangeRow } from '../import/stack-exchange/posts-row.ts';
import { stackExchangeSite } from '../import/stack-exchange/site.ts';
import { DumpRows } from './dump-rows.ts';

type Place = CandidatePlace & Pick<Candidate, 'questionId' | 'answerId'>;

/** The picks of one dump, by where their rows begin. */
export interface PicksRequest {
  path: string;
  places: readonly Place[];
  /** Nothing is read of a packed dump. */
  isSoughtOnly?: boolean;
}

/** What became of a pick: a sample, or why there is none. */
export interface ReadPick {
  questionId: number;
  sample?: ParsedSample;
  problem?: string;
}

/**
 * Reads the picks of a dump and makes samples of them, as an import does. In a plain dump rows are
 * sought; a packed one is read through.
 */
export async function readPicks({
  path,
  places,
  isSoughtOnly = false,
}: PicksRequest): Promise<ReadPick[]> {
  const wanted = new Set(
    places.flatMap(({ questionByte, answerByte }) => [questionByte, answerByte]),
  );
  const source = await ByteSource.open(path);
  if (isSoughtOnly && !source.isPlain) return places.map(({ questionId }) => ({ questionId }));
  const rows = source.isPlain ? seekRows(path, wanted) : await findRows(source, wanted);
  const site = stackExchangeSite(path, undefined);
  return places.map((place) => {
    const { questionId, answerId } = place;
    try {
      const question = rowWithId(rows.get(place.questionByte), questionId);
      const answer = rowWithId(rows.get(place.answerByte), answerId);
      const pair = { question, answer, answerLine: place.answerLine, file: basename(path) };
      return { questionId, sample: stackExchangeSample(pair, site) };
    } catch (error) {
      if (!(error instanceof RecordProblem)) throw error;
      return { questionId, problem: error.message };
    }
  });
}

function rowWithId(piece: XmlPiece | undefined, id: number): StackExchangeRow {
  const row = piece?.kind === 'row' && piece.bytes ? StackExchangeRow.read(piece.bytes) : undefined;
  if (row?.integer('Id') === id) return row;
  throw new RecordProblem(`post ${id} is not where the scan saw it: scan the dump again`);
}

function seekRows(path: string, wanted: ReadonlySet<number>): Map<number, XmlPiece> {
  using dump = new DumpRows(path);
  const rows = new Map<number, XmlPiece>();
  for (const byte of [...wanted].toSorted((one, other) => one - other)) {
    const row = dump.at(byte);
    if (row) rows.set(byte, row);
  }
  return rows;
}

async function findRows(
  source: ByteSource,
  wanted: ReadonlySet<number>,
): Promise<Map<number, XmlPiece>> {
  const splitter = new XmlSplitter();
  const rows = new Map<number, XmlPiece>();
  const keep = (pieces: readonly XmlPiece[]) => {
    for (const piece of pieces)
      // A piece is a part of the chunk, which would be kept with it.
      if (wanted.has(piece.byte) && piece.bytes)
        rows.set(piece.byte, { ...piece, bytes: Buffer.from(piece.bytes) });
  };
  for await (const chunk of source.chunks()) {
    keep(splitter.push(chunk));
    if (rows.size === wanted.size) return rows;
  }
  keep(splitter.end());
  return rows;
}
