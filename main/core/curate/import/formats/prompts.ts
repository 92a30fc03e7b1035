import type { Message } from '../../../../../shared/domain/message.ts';
import { ByteSource } from '../read/byte-source.ts';
import { readHead } from './detect-format.ts';
import { alpacaPrompt } from './alpaca.ts';
import { limaMessages } from './lima.ts';
import { openAiMessages } from './openai-messages.ts';
import { shareGptMessages } from './sharegpt.ts';
import type { BadLine } from '../sample/parsed-sample.ts';
import { messageOf, objectOf, textOf } from '../sample/finish-conversation.ts';
import { RecordProblem } from '../sample/import-error.ts';
import { readLines } from '../read/read-lines.ts';
import {
  badLineOf,
  readJsonRecords,
  tooLongMessage,
  type JsonContainer,
} from '../read/read-records.ts';

/** A prompt to answer: messages that end with the user's, and the answer the file gives for it. */
export interface ParsedPrompt {
  messages: Message[];
  expected?: string;
}

/** The prompts of a file, and the lines that hold none. */
export interface PromptsFile {
  prompts: ParsedPrompt[];
  badLines: BadLine[];
}

const expectedFields = ['expected', 'reference', 'output', 'completion', 'answer', 'response'];
const sampledRecords = 20;

/**
 * Reads a prompt set: JSON lines or a JSON array with `prompt`, `messages`, `instruction` (with
 * `input`) or LIMA's or ShareGPT's `conversations`; anything else is plain text, one prompt a line.
 * An answer at the end of a conversation becomes `expected`. Throws `ImportError` when the file
 * cannot be read.
 */
export async function readPrompts(path: string): Promise<PromptsFile> {
  const container = await jsonContainerOf(path);
  const source = await ByteSource.open(path);
  const file: PromptsFile = { prompts: [], badLines: [] };
  if (container) await readJsonPrompts(source, container, file);
  else await readTextPrompts(source, file);
  if (source.damage) {
    const line = file.prompts.length + file.badLines.length + 1;
    file.badLines.push({ line, message: `the file ends early: ${source.damage}` });
  }
  return file;
}

/** The layout of a JSON file, or `undefined` for text: a line that starts with a bracket is text. */
async function jsonContainerOf(path: string): Promise<JsonContainer | undefined> {
  const head = await readHead(path);
  const layout = head.trimStart().startsWith('[') ? 'json-array' : 'json-lines';
  const source = await ByteSource.open(path);
  let seen = 0;
  for await (const records of readJsonRecords(source.chunks(), layout)) {
    for (const record of records) {
      if ('value' in record && isObject(record.value)) return layout;
      if (++seen >= sampledRecords) return undefined;
    }
  }
  return undefined;
}

async function readJsonPrompts(
  source: ByteSource,
  container: JsonContainer,
  file: PromptsFile,
): Promise<void> {
  for await (const records of readJsonRecords(source.chunks(), container)) {
    for (const record of records) {
      if ('problem' in record) file.badLines.push(badLineOf(record));
      else addPrompt(file, record.line, () => promptOf(objectOf(record.value, 'the record')));
    }
  }
}

async function readTextPrompts(source: ByteSource, file: PromptsFile): Promise<void> {
  for await (const lines of readLines(source.chunks())) {
    for (const { number, bytes } of lines) {
      const text = bytes?.toString('utf8').trim();
      if (text === undefined)
        file.badLines.push({ line: number, message: tooLongMessage('the line') });
      else if (text !== '') file.prompts.push({ messages: [messageOf('user', text)] });
    }
  }
}

function addPrompt(file: PromptsFile, line: number, read: () => ParsedPrompt): void {
  try {
    file.prompts.push(read());
  } catch (error) {
    if (!(error instanceof RecordProblem)) throw error;
    file.badLines.push({ line, message: error.message });
  }
}

function promptOf(record: Record<string, unknown>): ParsedPrompt {
  const messages = messagesOf(record);
  const last = messages.at(-1)?.role === 'assistant' ? messages.pop()?.content : undefined;
  if (messages.at(-1)?.role !== 'user') throw new RecordProblem('there is no question to answer');
  if (messages.at(-1)?.content.trim() === '') throw new RecordProblem('the prompt is empty');
  const expected = last ?? expectedOf(record);
  return expected === undefined ? { messages } : { messages, expected };
}

function messagesOf(record: Record<string, unknown>): Message[] {
  if ('messages' in record) return openAiMessages(record['messages']);
  const { conversations, prompt } = record;
  if (Array.isArray(conversations))
    return typeof conversations[0] === 'string'
      ? limaMessages(conversations)
      : shareGptMessages(record);
  if ('instruction' in record) return alpacaPrompt(record);
  if (Array.isArray(prompt)) return openAiMessages(prompt);
  if ('prompt' in record) return [messageOf('user', textOf(prompt, '"prompt"'))];
  throw new RecordProblem(
    'there is none of the fields "prompt", "messages", "instruction" and "conversations"',
  );
}

function expectedOf(record: Record<string, unknown>): string | undefined {
  const values = expectedFields.map((field) => record[field]);
  return values.find((value) => typeof value === 'string' && value !== '')?.toString();
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
