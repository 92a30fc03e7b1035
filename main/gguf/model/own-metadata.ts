import { type GgufFile, getNumber, getString } from '../header/gguf-file.ts';
import { damaged, unsupported } from './trainable.ts';

/** Reads the metadata that belongs to the architecture of a file, by keys without its prefix. */
export class OwnMetadata {
  readonly #file: GgufFile;
  readonly #architecture: string;

  constructor(file: GgufFile, architecture: string) {
    this.#file = file;
    this.#architecture = architecture;
  }

  string(key: string): string | undefined {
    return getString(this.#file, `${this.#architecture}.${key}`);
  }

  /** A number; an array of one number per layer must repeat it. Throws Untrainable. */
  number(key: string): number | undefined {
    const fullKey = `${this.#architecture}.${key}`;
    const [first, ...others] = this.list(key) ?? [];
    if (first === undefined) return getNumber(this.#file, fullKey);
    if (others.every((value) => value === first)) return first;
    throw unsupported(`Its layers differ in ${fullKey}, which the trainer does not support.`);
  }

  /** A number that every model has. */
  need(key: string): number {
    const value = this.number(key);
    if (value !== undefined) return value;
    throw damaged(`The file has no metadata "${this.#architecture}.${key}": it is incomplete.`);
  }

  /** An array of numbers or truth values (0 and 1); undefined when the key is something else. */
  list(key: string): number[] | undefined {
    const entry = this.#file.metadata.get(`${this.#architecture}.${key}`);
    if (entry?.type !== 'array' || entry.elementType === 'string') return undefined;
    return Array.from<number | bigint | boolean, number>(entry.value, Number);
  }
}
