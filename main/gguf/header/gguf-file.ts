import type { GgufValue, StringList } from './gguf-value.ts';
import type { GgufTensor } from './read-tensors.ts';
import { invalidGguf } from './gguf-error.ts';
import { StringTable } from './string-table.ts';

/** One of the files that a model lies in. */
export interface GgufPart {
  path: string;
  sizeBytes: number;
}

/**
 * The header of a GGUF file, checked so that native code can load it. A model in several files is
 * one of these; version, alignment and place of the data are then those of the first.
 */
export interface GgufFile {
  version: number;
  /** Multiple that every tensor offset in the data section has, in bytes. */
  alignment: number;
  metadata: Map<string, GgufValue>;
  tensors: GgufTensor[];
  dataOffsetBytes: number;
  /** Of all parts together. */
  fileSizeBytes: number;
  /** The files in order; one, unless the model is split. llama.cpp is given the first. */
  parts: readonly GgufPart[];
}

type WithMetadata = Pick<GgufFile, 'metadata'>;

/** A string value; undefined without the key, a `GgufError` when it has another type. */
export function getString(file: WithMetadata, key: string): string | undefined {
  const entry = file.metadata.get(key);
  if (!entry || entry.type === 'string') return entry?.value;
  throw wrongType(key, entry.type, 'a string');
}

/** A truth value; undefined without the key, a `GgufError` when it has another type. */
export function getBoolean(file: WithMetadata, key: string): boolean | undefined {
  const entry = file.metadata.get(key);
  if (!entry || entry.type === 'bool') return entry?.value;
  throw wrongType(key, entry.type, 'a truth value');
}

/** A number of any numeric type; 64-bit integers must be exact as a JavaScript number. */
export function getNumber(file: WithMetadata, key: string): number | undefined {
  const entry = file.metadata.get(key);
  if (!entry) return undefined;
  if (entry.type === 'string' || entry.type === 'bool' || entry.type === 'array')
    throw wrongType(key, entry.type, 'a number');
  const value = Number(entry.value);
  if (typeof entry.value === 'bigint' && !Number.isSafeInteger(value))
    throw invalidGguf(`"${key}" is ${entry.value}, too large for an exact number`);
  return value;
}

/** An array of strings; undefined without the key, a `GgufError` when it has another type. */
export function getStrings(file: WithMetadata, key: string): readonly string[] | undefined {
  const entry = file.metadata.get(key);
  if (!entry) return undefined;
  if (entry.type === 'array' && entry.elementType === 'string') return decoded(entry.value);
  throw wrongType(key, entry.type, 'an array of strings');
}

/** The length of an array of strings, without decoding them; undefined without the key. */
export function getStringCount(file: WithMetadata, key: string): number | undefined {
  const entry = file.metadata.get(key);
  if (!entry) return undefined;
  if (entry.type === 'array' && entry.elementType === 'string') return entry.value.length;
  throw wrongType(key, entry.type, 'an array of strings');
}

const decoded = (list: StringList): readonly string[] =>
  list instanceof StringTable ? list.strings() : [...list];

const wrongType = (key: string, found: string, expected: string) =>
  invalidGguf(`"${key}" has the type ${found} instead of ${expected}`);
