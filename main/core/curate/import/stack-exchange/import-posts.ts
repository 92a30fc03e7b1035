import { basename } from 'node:path';
import { ImportStaging, type StagedPair } from '../../../../store/staging/import-staging.ts';
import { RecordProblem } from '../sample/import-error.ts';
import type { ImportOutput } from '../sample/import-output.ts';
import { XmlSplitter, type XmlPiece } from '../read/split-xml.ts';
import { StackExchangeRow } from './posts-row.ts';
import { stackExchangeSample } from './post-sample.ts';
import { stackExchangeSite, type StackExchangeSite } from './site.ts';

const questionType = 1;
const answerType = 2;
const joinTickPairs = 50;
const rowsOfPair = 2;

/** How one dump is read. */
export interface DumpOptions {
  path: string;
  /** Name of the site; told from the path when it is missing. */
  source: string | undefined;
  /** Where the scratch file goes; the system's folder for temporary files when it is missing. */
  scratchFolder: string | undefined;
}

/**
 * Imports a Stack Exchange `Posts.xml`: every question that has an answer becomes a sample with its
 * top-scored one. Rows are staged on disk, since the answers may lie gigabytes behind the question.
 */
export async function importStackExchange(
  chunks: AsyncIterable<Buffer>,
  options: DumpOptions,
  output: ImportOutput,
): Promise<void> {
  output.readShare = 0.5;
  using staging = new ImportStaging(options.scratchFolder);
  const reader = new DumpReader(staging, output);
  const splitter = new XmlSplitter();
  for await (const chunk of chunks) {
    await reader.read(splitter.push(chunk));
    await output.tick();
  }
  await reader.read(splitter.end());
  await reader.finish();
  const counts = staging.counts();
  const file = basename(options.path);
  const site = stackExchangeSite(options.path, options.source);
  let joined = 0;
  for (const pair of staging.pairs()) {
    await joinPair(pair, { site, file }, output);
    output.secondPassFraction = ++joined / counts.pairs;
    if (joined % joinTickPairs === 0) await output.tick();
  }
  output.leaveOut('question without an answer in the file', counts.unansweredQuestions);
  output.leaveOut('another answer to a question whose best one was chosen', counts.otherAnswers);
  output.leaveOut('answer whose question is not in the file', counts.orphanAnswers);
  output.leaveOut('neither question nor answer, such as the wiki of a tag', reader.otherRows);
}

class DumpReader {
  readonly #staging: ImportStaging;
  readonly #output: ImportOutput;
  #isClosed = false;
  otherRows = 0;

  constructor(staging: ImportStaging, output: ImportOutput) {
    this.#staging = staging;
    this.#output = output;
  }

  async read(pieces: readonly XmlPiece[]): Promise<void> {
    for (const piece of pieces) {
      this.#output.lastLine = piece.line;
      if (piece.kind === 'end') this.#isClosed = true;
      else await this.#readRow(piece);
    }
  }

  async finish(): Promise<void> {
    if (this.#isClosed) return;
    const message = 'the dump ends without </posts>: it is cut off; what came before was kept';
    await this.#output.addBadLine({ line: this.#output.lastLine, message }, 0);
  }

  async #readRow(piece: XmlPiece): Promise<void> {
    this.#output.countRow();
    try {
      this.#stage(StackExchangeRow.ofPiece(piece), piece);
    } catch (error) {
      if (!(error instanceof RecordProblem)) throw error;
      await this.#output.addBadLine({ line: piece.line, message: error.message });
    }
  }

  #stage(row: StackExchangeRow, { bytes, line }: XmlPiece): void {
    if (!bytes) return;
    const id = row.integer('Id');
    const type = row.integer('PostTypeId');
    if (type === questionType) {
      row.integer('Score');
      const acceptedAnswerId = row.optionalInteger('AcceptedAnswerId') ?? null;
      const isNew = this.#staging.addQuestion({ id, acceptedAnswerId, line, row: bytes });
      if (!isNew) throw new RecordProblem(`question ${id} appears twice; the first one was kept`);
    } else if (type === answerType) {
      const parentId = row.integer('ParentId');
      const score = row.integer('Score');
      const isNew = this.#staging.addAnswer({ id, parentId, score, line, row: bytes });
      if (!isNew) throw new RecordProblem(`answer ${id} appears twice; the first one was kept`);
    } else this.otherRows++;
    this.#output.countGoodRecord();
  }
}

async function joinPair(
  pair: StagedPair,
  dump: { site: StackExchangeSite; file: string },
  output: ImportOutput,
): Promise<void> {
  const question = StackExchangeRow.read(pair.questionRow);
  const answer = StackExchangeRow.read(pair.answerRow);
  const { site, file } = dump;
  try {
    const sample = stackExchangeSample(
      { question, answer, answerLine: pair.answerLine, file },
      site,
    );
    await output.addSample(sample);
  } catch (error) {
    if (!(error instanceof RecordProblem)) throw error;
    await output.addBadLine({ line: pair.answerLine, message: error.message }, rowsOfPair);
  }
}
