import { z } from 'zod';
import { all, integers, type Database } from '../../database.ts';
import type { Steps } from '../../steps.ts';
import { SeqSet, type SeqWindow } from './seq-set.ts';

const wordRow = z.object({ word: z.string() });
const placeRow = z.object({ word: z.string(), seq: z.number().int() });

/**
 * Looks for samples in which every word occurs, the last one as a prefix, in steps. FTS5 goes
 * through all words of a prefix at once, however many samples have one, so that its words are
 * taken one after another out of the index (`fts5vocab`), and one that most samples have by parts
 * of the list.
 */
export function* searchSamples(db: Database, text: string, window: SeqWindow): Steps<SeqSet> {
  const words = wordsOf(db, text);
  const prefix = words.pop();
  if (prefix === undefined) return new SeqSet();
  if (words.length === 0) return yield* withPrefix(db, prefix, window);
  const whole = new SeqSet();
  yield* withWords(db, words, window, (seq) => whole.add(seq));
  if (whole.size === 0) return whole;
  return yield* withPrefix(db, prefix, window, whole);
}

/** Samples with all of these words. */
function* withWords(
  db: Database,
  words: readonly string[],
  { after, through }: SeqWindow,
  found: (seq: number) => void,
): Steps<void> {
  const query = words.map((word) => `"${word}"`).join(' ');
  // Numbers are bound as REAL, by which FTS5 does not seek: it would read the whole index each time.
  for (let from = after; from < through;) {
    const until = Math.min(through, from + (yield));
    const sql = `SELECT rowid FROM sample_fts WHERE sample_fts MATCH @query
      AND rowid > CAST(@from AS INTEGER) AND rowid <= CAST(@until AS INTEGER)`;
    for (const seq of integers(db, sql, { query, from, until })) found(seq);
    from = until;
  }
}

/** Samples with a word of this beginning, among others if they are given. */
function* withPrefix(
  db: Database,
  prefix: string,
  window: SeqWindow,
  among?: SeqSet,
): Steps<SeqSet> {
  const found = new SeqSet();
  const add = (seq: number) => {
    if (seq > window.after && seq <= window.through && (!among || among.has(seq))) found.add(seq);
  };
  for (let from = prefix; ;) {
    const limit = yield;
    const places = placesOf(db, from, prefix, limit);
    const [first, last] = [places[0]?.word, places.at(-1)?.word];
    for (const { word, seq } of places) if (word !== last || places.length < limit) add(seq);
    if (places.length < limit || last === undefined) return found;
    if (first === last) yield* withWords(db, [last], window, add);
    // What comes right after a word in the index, or the word that was cut off once more.
    from = first === last ? `${last}\0` : last;
  }
}

/** The first places in the index of words that begin so, from one word on. */
function placesOf(db: Database, from: string, prefix: string, limit: number) {
  prepareWords(db);
  return all(
    db,
    placeRow,
    `SELECT term AS word, doc AS seq FROM temp.sample_word
     WHERE term >= @from AND term <= @end LIMIT @limit`,
    { from, end: `${prefix}\u{10ffff}`, limit },
  );
}

/** The words of a text as the index has them: without accents, in small letters. */
export function wordsOf(db: Database, text: string): string[] {
  prepareWords(db);
  // Prepared apart: what is typed is no change of the project, and asked of a read-only one, too.
  db.prepare('DELETE FROM temp.typed').run();
  db.prepare('INSERT INTO temp.typed (text) VALUES (?)').run(text);
  const sql = 'SELECT term AS word FROM temp.typed_word ORDER BY offset';
  return all(db, wordRow, sql).map(({ word }) => word);
}

const prepared = new WeakSet<Database>();

/** Tables of this connection alone: the words of the index, and a text cut as the index cuts it. */
function prepareWords(db: Database): void {
  if (prepared.has(db)) return;
  db.exec(`
    CREATE VIRTUAL TABLE temp.sample_word USING fts5vocab (main, sample_fts, instance);
    CREATE VIRTUAL TABLE temp.typed USING fts5 (text, tokenize='unicode61 remove_diacritics 2');
    CREATE VIRTUAL TABLE temp.typed_word USING fts5vocab (temp, typed, instance);`);
  prepared.add(db);
}
