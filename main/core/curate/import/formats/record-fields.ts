import type { Provenance } from '../../../../../shared/domain/sample.ts';
import { cutText } from '../../../../../shared/text/foreign-text.ts';
import { messageOf, objectOf, textOf } from '../sample/finish-conversation.ts';
import type { Message } from '../../../../../shared/domain/message.ts';
import { RecordProblem } from '../sample/import-error.ts';

/** As many as a person may give; lists and filters show it whole. */
const mostSourceCharacters = 200;
const mostAttributionCharacters = 1000;

const media = new Set('image images image_url video videos audio audios input_audio'.split(' '));
const tools = new Set('tools functions tool_calls function_call function_calls'.split(' '));
const systemNames = ['system', 'system_prompt'];
const originNames = ['source', 'url', 'title', 'author', 'authors', 'licence', 'license'];
const commonNames = ['metadata', ...systemNames, ...originNames];

/** What was used of one record; it refuses what cannot be dropped, and names what was. */
export class RecordFields {
  readonly record: Record<string, unknown>;
  readonly #ignored = new Set<string>();

  /** Throws `RecordProblem` for no record, and for one that has more than text to learn from. */
  constructor(value: unknown) {
    this.record = objectOf(value, 'the record');
    this.refuseUntrainable(this.record, 'the record');
    for (const name of ['label', 'kto_tag'])
      if (/^false$/i.test(String(this.record[name])))
        throw new RecordProblem(`its ${name} is false: the answer is marked as a bad one`);
    if (isPresent(this.record['rejected']))
      throw new RecordProblem('it has a rejected answer: preferences cannot be trained on');
  }

  /** Fields that no format read, which hold something. */
  get ignored(): string[] {
    return [...this.#ignored];
  }

  /** Throws `RecordProblem` for pictures, sounds and tools, which no trainer here could use. */
  refuseUntrainable(holder: Record<string, unknown>, what: string): void {
    for (const [name, value] of Object.entries(holder)) {
      if (!isPresent(value)) continue;
      if (media.has(name)) throw new RecordProblem(`${what} has ${name}; only text is read`);
      if (tools.has(name))
        throw new RecordProblem(`${what} has ${name}; tool calls cannot be trained on`);
    }
  }

  /** Notes which fields of the record, or of a turn in it, were read. */
  use(holder: Record<string, unknown>, names: readonly string[], of: 'record' | 'turn'): void {
    const used = new Set(of === 'record' ? [...names, ...commonNames] : names);
    for (const [name, value] of Object.entries(holder))
      if (!used.has(name) && isPresent(value))
        this.#ignored.add(of === 'turn' ? `${name} of a turn` : name);
    const { metadata } = this.record;
    if (of === 'turn' || !isObject(metadata)) return;
    for (const [name, value] of Object.entries(metadata))
      if (!originNames.includes(name) && isPresent(value)) this.#ignored.add(`metadata.${name}`);
  }

  /** The system message that stands beside the turns, where there is one. */
  systemMessages(): Message[] {
    const name = systemNames.find((field) => isPresent(this.record[field]));
    if (name === undefined) return [];
    const text = textOf(this.record[name], `"${name}"`);
    return text.trim() === '' ? [] : [messageOf('system', text)];
  }

  /** Where the record says that it is from. */
  origin(): { source?: string; provenance?: Provenance } {
    const { metadata } = this.record;
    const said: Record<string, unknown> = { ...(isObject(metadata) && metadata), ...this.record };
    const source = textIn(said['source'], mostSourceCharacters);
    const provenance = provenanceOf(said);
    return {
      ...(source !== undefined && { source }),
      ...(Object.keys(provenance).length > 0 && { provenance }),
    };
  }
}

function provenanceOf(said: Record<string, unknown>): Provenance {
  const url = textIn(said['url'], mostAttributionCharacters);
  const title = textIn(said['title'], mostAttributionCharacters);
  const licence = textIn(said['licence'] ?? said['license'], mostAttributionCharacters);
  const named = said['authors'] ?? said['author'];
  const authors = (Array.isArray(named) ? named.slice(0, 100) : [named])
    .map((author) => textIn(author, mostSourceCharacters))
    .filter((author) => author !== undefined);
  return {
    ...(url !== undefined && /^https?:\/\//i.test(url) && { url }),
    ...(title !== undefined && { title }),
    ...(authors.length > 0 && { authors }),
    ...(licence !== undefined && { licence }),
  };
}

function textIn(value: unknown, mostCharacters: number): string | undefined {
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  return cutText(value.toWellFormed(), mostCharacters);
}

/** Whether a value is a JSON object. */
export const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether a field holds something: an empty text, list or object is as none. */
function isPresent(value: unknown): boolean {
  if (value === undefined || value === null || value === '' || value === false) return false;
  return typeof value !== 'object' || Object.keys(value).length > 0;
}
