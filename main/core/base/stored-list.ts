import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { readInputFileSync } from '../../input-files/input-file.ts';
import { replaceFile } from '../../side-files/side-file.ts';

/** What a list holds. */
interface ListRules<Item> {
  schema: z.ZodType<Item>;
  /** Two items with the same one are about the same: the newer takes the older's place. */
  subjectOf: (item: Item) => string;
  /** Beyond this the oldest go. */
  most: number;
}

const maxListBytes = 16 * 1024 * 1024;

/** Facts about this machine that can be found out again, as a JSON file beside the settings. */
export class StoredList<Item> {
  readonly #path: string;
  readonly #rules: ListRules<Item>;

  constructor(path: string, rules: ListRules<Item>) {
    this.#path = path;
    this.#rules = rules;
  }

  /** Every item, oldest first. A file that cannot be read is renamed and holds none. */
  all(): Item[] {
    if (!existsSync(this.#path)) return [];
    try {
      const text = readInputFileSync(this.#path, maxListBytes).toString('utf8');
      return z.array(this.#rules.schema).parse(JSON.parse(text));
    } catch {
      // A damaged file is renamed: what it said is found out again.
      renameSync(this.#path, `${this.#path}.damaged`);
      return [];
    }
  }

  /** Stores an item in place of an older one about the same. */
  add(item: Item): void {
    const { subjectOf, most } = this.#rules;
    const others = this.all().filter((other) => subjectOf(other) !== subjectOf(item));
    mkdirSync(dirname(this.#path), { recursive: true });
    replaceFile(this.#path, JSON.stringify([...others, item].slice(-most), null, 2));
  }
}
