import type { ImportFormat, TextEncodingLabel } from '../../../../../shared/contract/curate.ts';
import { cutText } from '../../../../../shared/text/foreign-text.ts';
import { ByteSource } from '../read/byte-source.ts';
import { turnListName } from './conversations.ts';
import { pairNames } from './pairs.ts';
import { isObject, recordOf } from './record-fields.ts';
import { ImportError } from '../sample/import-error.ts';
import type { BadLine } from '../sample/parsed-sample.ts';
import { withoutByteOrderMark } from '../read/read-lines.ts';
import { badLineOf, readJsonRecords } from '../read/read-records.ts';
import { withoutPrologue } from '../read/split-xml.ts';

/** The formats of files that hold JSON. */
export type JsonFormat = Exclude<ImportFormat, 'stack-exchange'>;

/** How a file lays its rows out. */
type Container = 'json' | 'xml';

/** What a file holds, found by looking into it. */
export interface DetectedFormat {
  format: ImportFormat;
  container: Container;
}

const headBytes = 64 * 1024;
const maxSampledRecords = 20;
const supported =
  'Supported are Stack Exchange Posts.xml, and JSON lines or one JSON array of OpenAI messages, ' +
  'Alpaca, ShareGPT or LIMA records, or of prompts with their answers (prompt and completion, ' +
  'question and answer, instruction and response), each plain or compressed with gzip or zstd, ' +
  'and Posts.xml in the .7z of its site.';

/**
 * Finds the format of a file by its content, never by its name; throws `ImportError` saying what
 * was seen when it is none of the supported ones.
 */
export async function detectFormat(
  path: string,
  encoding?: TextEncodingLabel,
): Promise<DetectedFormat> {
  const container = await detectContainer(path, encoding);
  if (container === 'xml') return { format: 'stack-exchange', container };
  const format = await formatOfRecords(path, encoding);
  return { format, container };
}

/** Finds only how the records are laid out; throws `ImportError` when it is neither XML nor JSON. */
export async function detectContainer(
  path: string,
  encoding?: TextEncodingLabel,
): Promise<Container> {
  const head = await readHead(path, encoding);
  const start = head.trimStart();
  if (start === '') throw unsupported(path, 'is empty');
  if (['[', '{', '\u001e'].includes(start.charAt(0))) return 'json';
  if (!start.startsWith('<')) throw unsupported(path, describeText(head));
  const root = /^<([a-z][\w.:-]*)/i.exec(withoutPrologue(start))?.[1];
  if (root === 'posts' || root === 'row') return 'xml';
  throw unsupported(path, `is XML or HTML with the root element <${root ?? '?'}>`);
}

/** Controls before the escape that are neither tab, line end nor page break. */
const isNoText = (character: string) =>
  character < '\u001b' && !(character >= '\t' && character <= '\r');

/** What is neither JSON nor XML. */
function describeText(head: string): string {
  const isBinary = Array.from(head.slice(0, 4096)).some(isNoText);
  if (isBinary) return 'holds no text but other data';
  const start = head.trimStart();
  const isTable = /^(?:"?[\w -]{1,40}"?[,;\t]){1,99}"?[\w -]{1,40}"?\r?\n/.test(start);
  return `starts with ${quoted(start)}${isTable ? ', as a table (CSV or TSV) does: write it as JSON lines' : ''}`;
}

/** The format of one parsed JSON record, or `undefined` when it looks like none of them. */
export function formatOfRecord(value: unknown): JsonFormat | undefined {
  const parsed = recordOf(value);
  if (!isObject(parsed)) return undefined;
  const record: Record<string, unknown> = Object.fromEntries(
    Object.entries(parsed).map(([name, each]) => [name.toLowerCase(), each]),
  );
  const turns = turnListName(record);
  if (turns === 'messages') return 'messages';
  const list = turns === undefined ? undefined : record[turns];
  if (Array.isArray(list)) return typeof list[0] === 'string' ? 'lima' : 'sharegpt';
  if (typeof record['instruction'] === 'string' && 'output' in record) return 'alpaca';
  const { prompt, answer } = pairNames(record);
  if (prompt !== undefined && answer !== undefined) return 'pairs';
  return undefined;
}

/** The first 64 KB of a file, decompressed; throws `ImportError` when there is nothing to read. */
async function readHead(path: string, encoding?: TextEncodingLabel): Promise<string> {
  const source = await ByteSource.open(path, encoding);
  let head = Buffer.alloc(0);
  for await (const chunk of source.chunks()) {
    head = Buffer.concat([head, chunk]);
    if (head.length >= headBytes) break;
  }
  if (head.length === 0 && source.damage)
    throw new ImportError('FILE_UNREADABLE', `${path} cannot be read: ${source.damage}.`);
  return withoutByteOrderMark(head).toString('utf8', 0, headBytes);
}

async function formatOfRecords(path: string, encoding?: TextEncodingLabel): Promise<ImportFormat> {
  const source = await ByteSource.open(path, encoding);
  const seen: unknown[] = [];
  let firstProblem: BadLine | undefined;
  for await (const records of readJsonRecords(source.chunks())) {
    for (const record of records) {
      const value = 'value' in record ? record.value : undefined;
      if ('problem' in record) firstProblem ??= badLineOf(record);
      const format = formatOfRecord(value);
      if (format) return format;
      seen.push(value);
      if (seen.length >= maxSampledRecords)
        throw unsupported(path, describeRecords(seen, firstProblem));
    }
  }
  throw unsupported(path, describeRecords(seen, firstProblem));
}

function describeRecords(seen: readonly unknown[], problem: BadLine | undefined): string {
  const record = seen.find((value) => typeof value === 'object' && value !== null);
  if (record === undefined) {
    const why = problem ? ` (line ${problem.line}: ${problem.message})` : '';
    return `has no record that is a JSON object${why}`;
  }
  const names = Object.keys(record);
  const fields = names.slice(0, 8).map(quoted);
  const like = lookAlikes.find(([pattern]) => names.some((name) => pattern.test(name)))?.[1];
  if (fields.length === 0) return 'has records without fields';
  const looks = like === undefined ? '' : `, as ${like} has`;
  return `has records with the fields ${fields.join(', ')}${looks}`;
}

/** What else people have, by a field of it. */
const lookAlikes: [RegExp, string][] = [
  [/^(?:chosen|rejected|non_preferred_output|response_[jk01])$/, 'a set of preferences'],
  [/^(?:message_tree_id|parent_id)$/, 'a tree of single messages'],
  [/^(?:selftext|subreddit)$/, 'a dump of Reddit'],
  [/^mapping$/, 'an export of ChatGPT'],
  [/^(?:choices|answerKey)$/, 'a set of multiple choice'],
  [/^text$/, 'a plain text without questions and answers'],
];

function quoted(text: string): string {
  const short = cutText(text.replaceAll(/\s+/g, ' '), 40);
  return `"${short}"`;
}

function unsupported(path: string, seen: string): ImportError {
  return new ImportError(
    'FILE_FORMAT_UNKNOWN',
    `The format of ${path} was not recognized: it ${seen}. ${supported}`,
  );
}
