import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';

/** What a list holds. */
export interface ListRules<Item> {
  schema: z.ZodType<Item>;
  /** Two items with the same one are about the same: the newer takes the older's place. */
  subjectOf: (item: Item) => string;
  /** Beyond this the oldest go. */
  most: number;
}

/** Facts about this machine that can be found out again, as a JSON file beside the settings. */
export class StoredList<Item> {
  readonly #path: string;
  readonly #rules: ListRules<Item>;

  constructor(path: string, rules: ListRules<Item>) {
    this.#path = path;
    this.#rules = rules;
  }

  /** Every item, oldest first. A file that cannot be read is put aside and holds none. */
  all(): Item[] {
    if (!existsSync(this.#path)) return [];
    try {
      return z.array(this.#rules.schema).parse(JSON.parse(readFileSync(this.#path, 'utf8')));
    } catch {
      // A damaged file is put aside: what it said is found out again.
      renameSync(this.#path, `${this.#path}.damaged`);
      return [];
    }
  }

  /** Stores an item in place of an older one about the same. */
  add(item: Item): void {
    const { subjectOf, most } = this.#rules;
    const others = this.all().filter((other) => subjectOf(other) !== subjectOf(item));
    const temporary = `${this.#path}.${process.pid}.tmp`;
    mkdirSync(dirname(this.#path), { recursive: true });
    writeFileSync(temporary, JSON.stringify([...others, item].slice(-most), null, 2));
    renameSync(temporary, this.#path);
  }
}
