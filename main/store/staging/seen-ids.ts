import Database from 'better-sqlite3';

const idsOfPage = 4096;
/** 16 MB of them tell 134 million ids in a row apart: more than any site has. */
const mostPages = 32_768;

/**
 * Tells ids that come again, whatever their order. Ids that lie far apart cost most memory: what
 * goes beyond the limit lies in a table on disk, which takes longer.
 */
export class SeenIds implements Disposable {
  readonly #pages = new Map<number, Uint8Array>();
  readonly #mostPages: number;
  #insert: Database.Statement<[number]> | undefined;
  #database: Database.Database | undefined;

  constructor(limit = mostPages) {
    this.#mostPages = limit;
  }

  /** Takes note of an id; `false` when it was there already. */
  add(id: number): boolean {
    const index = Math.floor(id / idsOfPage);
    const page = this.#pages.get(index) ?? this.#newPage(index);
    if (!page) return this.#addOnDisk(id);
    const bit = id - index * idsOfPage;
    const before = page[bit >> 3] ?? 0;
    const mask = 1 << (bit & 7);
    page[bit >> 3] = before | mask;
    return (before & mask) === 0;
  }

  [Symbol.dispose](): void {
    this.#database?.close();
  }

  #newPage(index: number): Uint8Array | undefined {
    if (this.#pages.size >= this.#mostPages) return undefined;
    const page = new Uint8Array(idsOfPage / 8);
    this.#pages.set(index, page);
    return page;
  }

  #addOnDisk(id: number): boolean {
    this.#insert ??= this.#prepare();
    return this.#insert.run(id).changes === 1;
  }

  #prepare(): Database.Statement<[number]> {
    // Without a name it lies in a file of SQLite's own, which vanishes when it is closed.
    this.#database = new Database('');
    for (const pragma of ['journal_mode = OFF', 'synchronous = OFF']) this.#database.pragma(pragma);
    this.#database.exec('CREATE TABLE seen (id INTEGER PRIMARY KEY) STRICT; BEGIN');
    return this.#database.prepare('INSERT OR IGNORE INTO seen VALUES (?)');
  }
}
