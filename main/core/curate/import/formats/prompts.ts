import { isUtf8 } from 'node:buffer';
import { splitPrompt } from '../../../../../shared/domain/evaluate/dialogue.ts';
import type { Message } from '../../../../../shared/domain/message.ts';
import { ByteSource } from '../read/byte-source.ts';
import { limaMessages, turnListName, turnMessages } from './conversations.ts';
import { pairNames, pairPrompt } from './pairs.ts';
import { saidOf } from './prompt-facts.ts';
import { isObject, RecordFields, recordOf } from './record-fields.ts';
import type { BadLine } from '../sample/parsed-sample.ts';
import { messageOf } from '../sample/finish-conversation.ts';
import { inFile, ReadLimitError, RecordProblem } from '../sample/import-error.ts';
import { formatCount } from '../../../../../shared/text/numbers.ts';
import { untilAborted } from '../../../base/streams.ts';
import { readLines } from '../read/read-lines.ts';
import { delimiterOf, readCsvRows, withStart } from '../read/read-csv.ts';
import { badLineOf, readJsonRecords, tooLongMessage } from '../read/read-records.ts';
import { withSystem } from './turns.ts';

/**
 * A prompt to answer: messages that end with the user's, several of which are a dialogue; and the
 * answer the file gives for it, or for its last turn.
 */
export interface ParsedPrompt {
  messages: Message[];
  expected?: string;
  license?: string;
  source?: string;
  tags?: string[];
}

/**
 * The prompts of a file, and the lines that hold none: the first thousand, and how many in all. The
 * rows that were read are those that became a prompt and those that are unusable.
 */
export interface PromptsFile {
  prompts: ParsedPrompt[];
  read: number;
  unusable: number;
  badLines: BadLine[];
  badLinesTotal: number;
}

const expectedFields = ['expected', 'reference', 'output', 'completion', 'answer', 'response'];
const sampledRecords = 20;
const mostTurns = 100;
const isTable = /\.(?:csv|tsv)(?:\.gz|\.zst)?$/i;
/** A set is answered and judged one by one: what is longer is a data set. */
const limits = { prompts: 100_000, characters: 64_000_000, badLines: 100_000, keptBadLines: 1000 };

/**
 * Reads a prompt set: JSON lines or a JSON array with `prompt`, `messages`, `instruction` (with
 * `input`) or LIMA's or ShareGPT's `conversations`; a .csv or .tsv with such columns;
 * anything else is plain text, one prompt a line.
 * MT-Bench's `turns`, and user turns with no answer between them, are a dialogue. An answer at the
 * end of a conversation becomes `expected`; those before are a history, or with `asDialogues` left
 * out, so that each user turn is asked. Throws `ImportError` when the file cannot be read or holds
 * more than a set can, at once when the signal aborts.
 */
export async function readPrompts(
  path: string,
  { signal, asDialogues = false }: { signal?: AbortSignal | undefined; asDialogues?: boolean } = {},
): Promise<PromptsFile> {
  return await inFile(path, async () => {
    const isJson = await holdsJson(path, signal);
    const source = await ByteSource.open(path);
    const list = new PromptList();
    const chunks = untilAborted(source.chunks(), signal);
    if (isJson) await readJsonPrompts(chunks, list, asDialogues);
    else if (isTable.test(path)) await readTablePrompts(chunks, list, asDialogues);
    else await readTextPrompts(chunks, list);
    if (source.damage)
      list.addBad({ line: list.lastLine + 1, message: `the file ends early: ${source.damage}` }, 0);
    const { prompts, read, unusable, badLines, badLinesTotal } = list;
    return { prompts, read, unusable, badLines, badLinesTotal };
  });
}

/** Gathers prompts; throws ReadLimitError at the line with which they are too many. */
class PromptList {
  readonly prompts: ParsedPrompt[] = [];
  readonly badLines: BadLine[] = [];
  badLinesTotal = 0;
  read = 0;
  unusable = 0;
  lastLine = 0;
  #characters = 0;

  add(line: number, read: () => ParsedPrompt): void {
    this.lastLine = line;
    try {
      this.#keep(line, read());
      this.read += 1;
    } catch (error) {
      if (!(error instanceof RecordProblem)) throw error;
      this.addBad({ line, message: error.message });
    }
  }

  /** Notes what is wrong with so many rows: with none where it is about the file. */
  addBad(badLine: BadLine, rows = 1): void {
    this.lastLine = badLine.line;
    this.read += rows;
    this.unusable += rows;
    this.badLinesTotal += 1;
    if (this.badLinesTotal > limits.badLines)
      throw new ReadLimitError(
        badLine.line,
        `${formatCount(limits.badLines)} lines hold no prompt (the last: ${badLine.message}). Is it the right file?`,
      );
    if (this.badLines.length < limits.keptBadLines) this.badLines.push(badLine);
  }

  #keep(line: number, prompt: ParsedPrompt): void {
    const { messages, expected = '' } = prompt;
    this.#characters += expected.length;
    for (const { content } of messages) this.#characters += content.length;
    const isFull = this.prompts.length >= limits.prompts;
    if (isFull || this.#characters > limits.characters)
      throw new ReadLimitError(
        line,
        `a prompt set holds at most ${formatCount(limits.prompts)} prompts and ` +
          `${formatCount(limits.characters)} characters, and here they are more. ` +
          `Take a part of the file, or import it as samples.`,
      );
    this.prompts.push(prompt);
  }
}

/** Whether a file holds JSON records: a line of text that starts with a bracket is text. */
async function holdsJson(path: string, signal: AbortSignal | undefined): Promise<boolean> {
  const source = await ByteSource.open(path);
  let seen = 0;
  for await (const records of readJsonRecords(untilAborted(source.chunks(), signal))) {
    for (const record of records) {
      if ('value' in record && isObject(recordOf(record.value))) return true;
      if (++seen >= sampledRecords) return false;
    }
  }
  return false;
}

async function readJsonPrompts(
  chunks: AsyncIterable<Buffer>,
  list: PromptList,
  asDialogues: boolean,
): Promise<void> {
  for await (const records of readJsonRecords(chunks)) {
    for (const record of records) {
      if ('problem' in record) list.addBad(badLineOf(record), record.isOfFile ? 0 : 1);
      else list.add(record.line, () => promptOf(new RecordFields(record.value), asDialogues));
    }
  }
}

/** A table has a line of names, as the records of JSON have. */
async function readTablePrompts(
  chunks: AsyncGenerator<Buffer>,
  list: PromptList,
  asDialogues: boolean,
): Promise<void> {
  const { start, whole } = await withStart(chunks);
  for await (const row of readCsvRows(whole, delimiterOf(start)))
    if ('record' in row)
      list.add(row.line, () => promptOf(new RecordFields(row.record), asDialogues));
    else list.addBad({ line: row.line, message: row.problem });
}

async function readTextPrompts(chunks: AsyncIterable<Buffer>, list: PromptList): Promise<void> {
  for await (const lines of readLines(chunks)) {
    for (const { number, bytes } of lines) {
      const text = bytes && isUtf8(bytes) ? bytes.toString('utf8').trim() : undefined;
      if (bytes && text === undefined)
        list.addBad({ line: number, message: 'the line is not UTF-8: convert the file' });
      else if (text === undefined)
        list.addBad({ line: number, message: tooLongMessage('the line') });
      else if (text !== '') list.add(number, () => ({ messages: [messageOf('user', text)] }));
    }
  }
}

function promptOf(fields: RecordFields, asDialogues: boolean): ParsedPrompt {
  const turns = promptMessages(fields);
  const last = turns.at(-1)?.role === 'assistant' ? turns.pop()?.content : undefined;
  const messages = asDialogues ? turns.filter(({ role }) => role !== 'assistant') : turns;
  if (messages.at(-1)?.role !== 'user') throw new RecordProblem('there is no question to answer');
  const { asked } = splitPrompt(messages);
  const empty = asked.findIndex(({ content }) => content.trim() === '');
  if (empty !== -1)
    throw new RecordProblem(
      asked.length === 1 ? 'the prompt is empty' : `user turn ${empty + 1} is empty`,
    );
  if (asked.length > mostTurns)
    throw new RecordProblem(`it has ${asked.length} turns to ask, and at most ${mostTurns} are`);
  const expected = last ?? expectedOf(fields.record);
  return { messages, ...(expected !== undefined && { expected }), ...saidOf(fields) };
}

/** All turns of a record that asks something, also one that ends with an answer. Throws `RecordProblem`. */
export function promptMessages(fields: RecordFields): Message[] {
  const { record } = fields;
  if ('messages' in record) return turnMessages(fields, 'messages');
  const turns = turnListName(record);
  const list = turns === undefined ? undefined : record[turns];
  if (Array.isArray(list))
    return typeof list[0] === 'string'
      ? limaMessages(fields)
      : turnMessages(fields, 'conversations');
  if (areScripted(record['turns'])) return scriptedTurns(fields, record['turns']);
  if (pairNames(record).prompt !== undefined) return pairPrompt(fields);
  throw new RecordProblem(
    'there is none of the fields "prompt", "messages", "instruction", "conversations" and "turns"',
  );
}

/** MT-Bench's `turns`: what the user says, one text after the other. */
export const areScripted = (turns: unknown): turns is string[] =>
  Array.isArray(turns) && turns.length > 0 && turns.every((turn) => typeof turn === 'string');

function scriptedTurns(fields: RecordFields, turns: readonly string[]): Message[] {
  fields.use(fields.record, ['turns'], 'record');
  return withSystem(
    fields,
    turns.map((turn) => messageOf('user', turn)),
  );
}

function expectedOf(record: Record<string, unknown>): string | undefined {
  const values = expectedFields.map((field) => record[field]);
  return values.find((value) => typeof value === 'string' && value !== '')?.toString();
}
