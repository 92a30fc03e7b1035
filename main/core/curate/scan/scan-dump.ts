import { candidateMarks, type ScannedDump } from '../../../../shared/domain/selection/candidate.ts';
import { measureHtml, standsAlone } from '../../../../shared/flags/community-rules.ts';
import { cutText } from '../../../../shared/text/foreign-text.ts';
import { ByteSource } from '../import/read/byte-source.ts';
import { XmlSplitter, type XmlPiece } from '../import/read/split-xml.ts';
import { ImportError, inFile, RecordProblem } from '../import/sample/import-error.ts';
import { StackExchangeRow } from '../import/stack-exchange/posts-row.ts';
import { stackExchangeSite } from '../import/stack-exchange/site.ts';
import { escapedLengths, type EscapedLengths } from './escaped-lengths.ts';
import { CandidateWriter } from './candidate-file.ts';
import { PostJoin } from './post-join.ts';

/** A dump to scan, and where what is found goes. */
export interface ScanRequest {
  path: string;
  /** When the file was changed last, in milliseconds since 1970. */
  modifiedMs: number;
  /** The file of candidates that is written. */
  outPath: string;
  /** Where scratch files go; the system's folder when missing. */
  scratchFolder?: string;
}

/** How far a scan is. */
export interface ScanProgress {
  bytesRead: number;
  totalBytes: number;
  rows: number;
}

const keptErrors = 20;
const maxId = 2 ** 31 - 1;
/** Titles are 150 characters at most, posts 30,000: what is far longer is no post. */
const maxCharacters = 1_000_000;
const tagOrEntity = /<[^>]*>?|&(?:#\d{1,7}|#x[\da-f]{1,6}|[a-z][a-z\d]{1,30});/gi;
const questionType = 1;
const answerType = 2;

/**
 * Reads a dump once and writes what choosing needs of each question and its best answer. No text is
 * kept and no Markdown is made; memory is flat. Throws `ImportError` for a file that is no dump.
 */
export async function scanDump(
  request: ScanRequest,
  onProgress: (progress: ScanProgress) => void,
): Promise<ScannedDump> {
  return await inFile(request.path, () => scan(request, onProgress));
}

async function scan(
  { path, modifiedMs, outPath, scratchFolder }: ScanRequest,
  onProgress: (progress: ScanProgress) => void,
): Promise<ScannedDump> {
  const source = await ByteSource.open(path);
  using join = new PostJoin(scratchFolder);
  const reader = new PostReader(join, !source.isPlain);
  const splitter = new XmlSplitter();
  const { totalBytes } = source;
  for await (const chunk of source.chunks()) {
    for (const piece of splitter.push(chunk)) reader.read(piece);
    onProgress({ bytesRead: source.bytesRead, totalBytes, rows: reader.rows });
  }
  for (const piece of splitter.end()) reader.read(piece);
  reader.finish(path);
  using writer = new CandidateWriter(outPath);
  let candidates = 0;
  for (const pair of join.pairs()) {
    writer.add(pair);
    candidates++;
  }
  const { rows, otherRows, badRows, errors } = reader;
  const dump: ScannedDump = {
    site: stackExchangeSite(path, undefined).source,
    path,
    sizeBytes: totalBytes,
    modifiedMs,
    scannedMs: Date.now(),
    counts: { rows, candidates, otherRows, badRows, ...join.counts },
    errors,
    damage: source.damage ?? (reader.isClosed ? null : 'it ends without </posts>'),
  };
  writer.finish(dump);
  return dump;
}

/** Takes rows to the join, and counts those that are none. */
class PostReader {
  readonly #join: PostJoin;
  readonly #measuresWords: boolean;
  readonly errors: { line: number; message: string }[] = [];
  rows = 0;
  otherRows = 0;
  badRows = 0;
  isClosed = false;

  constructor(join: PostJoin, measuresWords: boolean) {
    this.#join = join;
    this.#measuresWords = measuresWords;
  }

  read(piece: XmlPiece): void {
    if (piece.kind === 'end') {
      this.isClosed = true;
      return;
    }
    this.rows++;
    try {
      this.#take(StackExchangeRow.ofPiece(piece), piece);
    } catch (error) {
      if (!(error instanceof RecordProblem)) throw error;
      this.badRows++;
      if (this.errors.length < keptErrors)
        this.errors.push({ line: piece.line, message: cutText(error.message, 300) });
    }
  }

  /** Throws for a file of which no row is a post. */
  finish(path: string): void {
    if (this.rows > this.badRows) return;
    const [first] = this.errors;
    const why = first ? `the first row, in line ${first.line}: ${first.message}` : 'it has no rows';
    throw new ImportError(
      'FILE_FORMAT_UNKNOWN',
      `${path} is no dump of Stack Exchange's posts: ${why}. Choose the Posts.xml of a site.`,
    );
  }

  #take(row: StackExchangeRow, { byte, line }: XmlPiece): void {
    const type = row.integer('PostTypeId');
    if (type === questionType) this.#join.addQuestion({ ...questionIn(row), byte });
    else if (type === answerType)
      this.#join.addAnswer({ ...answerIn(row, this.#measuresWords), line, byte });
    else this.otherRows++;
  }
}

function questionIn(row: StackExchangeRow) {
  const title = textOf(row, 'Title').replaceAll(/\s+/g, ' ').trim();
  return {
    id: idIn(row, 'Id'),
    score: scoreIn(row),
    acceptedAnswerId: row.optionalInteger('AcceptedAnswerId') ?? 0,
    titleCharacters: title.length,
    marks: standsAlone(title) ? 0 : candidateMarks.titleNeedsBody,
  };
}

/** Words cost most of a scan and few candidates come so far: what can be sought is read for them later. */
function answerIn(row: StackExchangeRow, measuresWords: boolean) {
  const { html, text } = lengthsIn(row);
  return {
    id: idIn(row, 'Id'),
    questionId: idIn(row, 'ParentId'),
    score: scoreIn(row),
    htmlCharacters: html,
    textCharacters: text,
    marks: measuresWords ? wordMarks(row) : 0,
  };
}

function lengthsIn(row: StackExchangeRow): EscapedLengths {
  const place = row.place('Body');
  const lengths = place && escapedLengths(place.bytes, place.start, place.end);
  if (lengths && lengths.html <= maxCharacters) return lengths;
  const html = textOf(row, 'Body');
  return { html: html.length, text: textCharacters(html) };
}

/** The marks of the rules that look for words in an answer. */
export function wordMarks(row: StackExchangeRow): number {
  const { firstPerson, crossReference } = measureHtml(textOf(row, 'Body'));
  return (
    candidateMarks.wordsMeasured |
    (firstPerson.times > 0 ? candidateMarks.firstPerson : 0) |
    (crossReference.times > 0 ? candidateMarks.crossReference : 0)
  );
}

/**
 * UTF-16 code units of the text between the tags of HTML, each entity as one: the length that
 * cleaning leaves, but for the marks of Markdown, at a fraction of its cost.
 */
export function textCharacters(html: string): number {
  return html.replaceAll(tagOrEntity, (found) => (found.startsWith('<') ? '' : '.')).length;
}

function textOf(row: StackExchangeRow, name: string): string {
  const text = row.text(name) ?? '';
  if (text.length <= maxCharacters) return text;
  throw new RecordProblem(`${name} has ${text.length} characters: too long for a post`);
}

function idIn(row: StackExchangeRow, name: string): number {
  const id = row.integer(name);
  if (id >= 1 && id <= maxId) return id;
  throw new RecordProblem(`${name} is ${id}, expected a number from 1 to ${maxId}`);
}

function scoreIn(row: StackExchangeRow): number {
  const score = row.integer('Score');
  if (Math.abs(score) <= maxId) return score;
  throw new RecordProblem(`Score is ${score}, which no post has`);
}
