import { cutText } from '../../../../../shared/text/foreign-text.ts';
import { formatCount } from '../../../../../shared/text/numbers.ts';
import { messageSchema, type Message } from '../../../../../shared/domain/message.ts';
import { untilAborted } from '../../../base/streams.ts';
import { ByteSource } from '../read/byte-source.ts';
import { badLineOf, readJsonRecords } from '../read/read-records.ts';
import { messageOf, textOf } from '../sample/finish-conversation.ts';
import { ImportError, inFile, ReadLimitError, RecordProblem } from '../sample/import-error.ts';
import type { BadLine } from '../sample/parsed-sample.ts';
import { turnListName } from './conversations.ts';
import { pairNames } from './pairs.ts';
import { areScripted, promptMessages } from './prompts.ts';
import { isObject, RecordFields } from './record-fields.ts';
import { turnOf, withThought } from './turns.ts';

/** One answer of a file, with what tells which prompt it is to. */
export interface ParsedAnswer {
  line: number;
  /** What was asked; undefined where the row names its prompt by id or place alone. */
  asked: Message[] | undefined;
  /** An id that the row gives, which is one of a prompt of ours or nothing to us. */
  id: string | undefined;
  /** The place of the prompt in its set, from 0. */
  ordinal: number | undefined;
  /** The answer; of a dialogue the last one. */
  output: string;
  /** The answers of a dialogue before the last one; undefined where the row gives a single answer. */
  earlier: string[] | undefined;
  /** Who gave the answer, as the row says. */
  generator: string | null;
}

/** The answers of a file, and its lines that hold none: the first thousand, and how many in all. */
export interface AnswersFile {
  answers: ParsedAnswer[];
  read: number;
  badLines: BadLine[];
  badLinesTotal: number;
}

const outputNames = ['output', 'completion', 'response', 'generation', 'prediction', 'answer'];
const idNames = ['prompt_id', 'promptid', 'id'];
const ordinalNames = ['ordinal', 'prompt_ordinal', 'prompt_index', 'index', 'idx'];
const generatorNames = ['generator', 'model', 'model_id', 'model_name'];
const mostGeneratorCharacters = 200;
const limits = { rows: 100_000, characters: 64_000_000, keptBadLines: 1000 };

/**
 * Reads the answers of another system: JSON lines or a JSON array with a prompt and an answer under
 * the names that the field has for them, AlpacaEval's `model_outputs.json`, what `generate` writes,
 * or conversations that end with the answer. Throws `ImportError`.
 */
export async function readAnswers(path: string, signal?: AbortSignal): Promise<AnswersFile> {
  return await inFile(path, async () => {
    const source = await ByteSource.open(path);
    const file: AnswersFile = { answers: [], read: 0, badLines: [], badLinesTotal: 0 };
    let characters = 0;
    for await (const records of readJsonRecords(untilAborted(source.chunks(), signal)))
      for (const record of records) {
        if (!('isOfFile' in record)) file.read += 1;
        if (file.read > limits.rows || characters > limits.characters)
          throw new ReadLimitError(
            record.line,
            `a set of answers holds at most ${formatCount(limits.rows)} rows and ` +
              `${formatCount(limits.characters)} characters, and here they are more.`,
          );
        if ('problem' in record) addBad(file, badLineOf(record));
        else characters += addAnswer(file, record);
      }
    if (source.damage)
      addBad(file, { line: file.read + 1, message: `the file ends early: ${source.damage}` });
    if (file.answers.length === 0)
      throw new ImportError('FILE_FORMAT_UNKNOWN', noAnswers(path, file));
    return file;
  });
}

function noAnswers(path: string, { badLines: [first] }: AnswersFile): string {
  return (
    `${path} holds no answer: use JSON Lines or a JSON list with prompt and output, ` +
    `AlpacaEval's model outputs, or conversations that end with the answer.` +
    (first ? ` Line ${first.line}: ${first.message}` : '')
  );
}

function addBad(file: AnswersFile, bad: BadLine): void {
  file.badLinesTotal += 1;
  if (file.badLines.length < limits.keptBadLines) file.badLines.push(bad);
}

function addAnswer(file: AnswersFile, { line, value }: { line: number; value: unknown }): number {
  try {
    const answer = answerOf(value, line);
    file.answers.push(answer);
    return (answer.asked ?? []).reduce(
      (sum, { content }) => sum + content.length,
      [answer.output, ...(answer.earlier ?? [])].join('').length,
    );
  } catch (error) {
    if (!(error instanceof RecordProblem)) throw error;
    addBad(file, { line, message: error.message });
    return 0;
  }
}

/** Reads one record. Throws `RecordProblem` for one without an answer, or that names no prompt. */
export function answerOf(value: unknown, line: number): ParsedAnswer {
  const { record: given, generator } = withoutOwnSystem(value);
  const fields = new RecordFields(given);
  const { record } = fields;
  const { asked, output, earlier } = askedAndOutput(fields);
  const tooLong = [...(earlier ?? []), output].find(
    (text) => !messageSchema.safeParse(messageOf('assistant', text)).success,
  );
  if (tooLong !== undefined)
    throw new RecordProblem(
      `the answer has ${formatCount(tooLong.length)} characters: it is too long`,
    );
  const id = textIn(record, idNames);
  const ordinal = ordinalIn(record, asked === undefined ? [...ordinalNames, 'id'] : ordinalNames);
  if (asked === undefined && id === undefined && ordinal === undefined)
    throw new RecordProblem(
      'it names no prompt: there is neither a question, nor an id or ordinal',
    );
  return {
    line,
    asked,
    id,
    ordinal,
    output: output.toWellFormed(),
    earlier: earlier?.map((text) => text.toWellFormed()),
    generator: generator ?? generatorIn(record),
  };
}

/** What `generate` writes names the system that answered where others have a system prompt. */
function withoutOwnSystem(value: unknown): { record: unknown; generator?: string } {
  if (!isObject(value) || !('identity' in value) || !isObject(value.identity))
    return { record: value };
  const { identity } = value;
  if (!('baseSha256' in identity)) return { record: value };
  const { system: _, ...record }: Record<string, unknown> = { ...value };
  if (typeof record['error'] === 'string' && record['output'] === null)
    throw new RecordProblem(`there is no answer: ${cutText(record['error'], 200)}`);
  const names = ['baseName', 'adapterName'].map((name) => textIn({ ...identity }, [name]));
  const generator = shortened(names.filter(Boolean).join(' + '));
  return generator === '' ? { record } : { record, generator };
}

function askedAndOutput(fields: RecordFields): {
  asked: Message[] | undefined;
  output: string;
  earlier?: string[];
} {
  const { record } = fields;
  const name = outputNames.find((each) => record[each] !== undefined);
  const isPair = pairNames(record).prompt !== undefined && pairNames(record).prompt !== name;
  const isAsked = turnListName(record) !== undefined || isPair || areScripted(record['turns']);
  const turns = isAsked ? promptMessages(fields) : undefined;
  const last = turns?.at(-1);
  if (name !== undefined) {
    const asked = last?.role === 'assistant' ? turns?.slice(0, -1) : turns;
    return { asked: asked?.length === 0 ? undefined : asked, ...outputsIn(fields, name) };
  }
  if (turns === undefined || last?.role !== 'assistant' || turns.length < 2)
    throw new RecordProblem('there is no answer in it, such as "output" or a last turn');
  return { asked: turns.slice(0, -1), output: last.content };
}

/** A list of texts is the answers of a dialogue in order; anything else is one answer. */
function outputsIn(fields: RecordFields, name: string): { output: string; earlier?: string[] } {
  const value = fields.record[name];
  if (!areScripted(value)) return { output: outputIn(fields, name) };
  return { output: value.at(-1) ?? '', earlier: value.slice(0, -1) };
}

/** Text, or the one message that TRL has in its place; what was thought stands before it. */
function outputIn(fields: RecordFields, name: string): string {
  const { record } = fields;
  const value = record[name];
  if (Array.isArray(value)) {
    const [only, ...more] = value;
    if (only === undefined || more.length > 0)
      throw new RecordProblem(`"${name}" has ${formatCount(value.length)} messages, expected one`);
    return turnOf(only, `the message of "${name}"`, fields).content;
  }
  if (value === null) throw new RecordProblem(`"${name}" is null: there is no answer`);
  const thought = record['reasoning_content'] ?? record['reasoning'];
  const output = textOf(value, `"${name}"`);
  return typeof thought === 'string' ? withThought(output, thought, `"${name}"`) : output;
}

const textIn = (record: Record<string, unknown>, names: readonly string[]): string | undefined =>
  names
    .map((name) => record[name])
    .find((value) => typeof value === 'string' && value !== '')
    ?.toString();

const ordinalIn = (
  record: Record<string, unknown>,
  names: readonly string[],
): number | undefined => {
  const found = names.map((name) => record[name]).find((value) => Number.isSafeInteger(value));
  return typeof found === 'number' && found >= 0 ? found : undefined;
};

function generatorIn(record: Record<string, unknown>): string | null {
  const name = textIn(record, generatorNames);
  return name === undefined ? null : shortened(name);
}

const shortened = (name: string) => cutText(name.toWellFormed(), mostGeneratorCharacters);
