import type { Provenance } from '../../../../../shared/domain/sample.ts';
import { cutText } from '../../../../../shared/text/foreign-text.ts';
import { objectOf } from '../sample/finish-conversation.ts';
import { RecordProblem } from '../sample/import-error.ts';

/** As many as a person may give; lists and filters show it whole. */
const mostSourceCharacters = 200;
const mostAttributionCharacters = 1000;

const media = new Set('image images image_url video videos audio audios input_audio'.split(' '));
const tools = new Set('tools functions tool_calls function_call function_calls'.split(' '));
/** Where a system message stands beside the turns; Google's own name is in capitals within. */
export const systemNames =
  'system system_prompt system_message system_instruction systeminstruction'.split(' ');
/** A bad answer, which somebody marked as one; in KTO's own shape by a number, too. */
const badLabels = /^(?:false|undesirable|dispreferred|rejected)$/i;
const rejectedName = /(?:^|_)(?:rejected|dispreferred|non_preferred)(?:_|$)/;
const originNames = ['source', 'url', 'title', 'author', 'authors', 'licence', 'license'];
const commonNames = ['metadata', ...systemNames, ...originNames];

/** What was used of one record; it refuses what cannot be dropped, and names what was. */
export class RecordFields {
  readonly record: Record<string, unknown>;
  readonly #ignored = new Set<string>();

  /** Names of fields as they are written, by those in lower case. */
  readonly #names = new Map<string, string>();

  /**
   * Throws `RecordProblem` for no record, for one that has more than text to learn from, and for an
   * answer that is marked as a bad one: with `isKto` also by the label 0.
   */
  constructor(value: unknown, isKto = false) {
    this.record = this.lowered(recordOf(value), 'the record');
    this.refuseUntrainable(this.record, 'the record');
    for (const name of ['label', 'kto_tag']) {
      const label = this.record[name];
      const isBad = badLabels.test(String(label)) || (label === 0 && (isKto || name === 'kto_tag'));
      if (isBad)
        throw new RecordProblem(
          `its ${name} is ${label === 0 ? 'zero' : String(label).toLowerCase()}: the answer is marked as a bad one`,
        );
    }
    for (const [name, answer] of Object.entries(this.record))
      if (rejectedName.test(name) && typeof answer !== 'number' && isPresent(answer))
        throw new RecordProblem('it has a rejected answer: preferences cannot be trained on');
  }

  /** An object with the names of its fields in lower case, where that leaves them apart. */
  lowered(value: unknown, what: string): Record<string, unknown> {
    const object = objectOf(value, what);
    const entries = Object.entries(object).map(
      ([name, each]) => [name.toLowerCase(), each] as const,
    );
    const lower: Record<string, unknown> = Object.fromEntries(entries);
    if (Object.keys(lower).length < entries.length) return object;
    for (const name of Object.keys(object)) this.#names.set(name.toLowerCase(), name);
    return lower;
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
    for (const [lower, value] of Object.entries(holder)) {
      if (used.has(lower) || !(isPresent(value) || value === false)) continue;
      const name = this.#names.get(lower) ?? lower;
      this.#ignored.add(of === 'turn' ? `${name} of a turn` : name);
    }
    const { metadata } = this.record;
    if (of === 'turn' || !isObject(metadata)) return;
    for (const [name, value] of Object.entries(metadata))
      if (!originNames.includes(name) && isPresent(value)) this.#ignored.add(`metadata.${name}`);
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

const isTurn = (item: unknown) => isObject(item) && ('role' in item || 'from' in item);

/** A record as it is; a list of turns without one around it is a conversation. */
export function recordOf(value: unknown): unknown {
  const isConversation = Array.isArray(value) && value.length > 0 && value.every(isTurn);
  return isConversation ? { conversations: value } : value;
}

/** Whether records have the shape of KTO with its labels as numbers, all of them 0 or 1. */
export function areKto(values: readonly unknown[]): boolean {
  const labels = values
    .filter(isObject)
    .flatMap((value) => ('label' in value ? [value] : []))
    .map((value) => ('prompt' in value && 'completion' in value ? value.label : undefined));
  return labels.length > 0 && labels.every((label) => label === 0 || label === 1);
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
export function isPresent(value: unknown): boolean {
  if (value === undefined || value === null || value === '' || value === false) return false;
  return typeof value !== 'object' || Object.keys(value).length > 0;
}
