import { z } from 'zod';
import type { Role } from '../../../../shared/domain/message.ts';
import { countRow, messagesColumn } from '../../columns.ts';
import { all, get, integers, type Database } from '../../database.ts';
import type { Steps } from '../../steps.ts';
import { lastSeq } from './sample-list.ts';
import { wordsOf } from './sample-search.ts';

/** A longer text is searched for by the first of its words. */
const mostWords = 200;
/** So many candidates are read again, to tell which words stand in their prompts. */
const mostReread = 50;
/** BM25's usual constants: how soon more of a word says no more, and how much length counts. */
const [k1, b] = [1.2, 0.75];

/** An accepted sample that has words of a text, and how near that makes it. */
export interface NearestSample {
  seq: number;
  score: number;
  /** The words that it shares with the text, the rarest in the project first. */
  words: string[];
}

/** What a search for the nearest samples looked for, and what it found. */
export interface NearestFound {
  samples: NearestSample[];
  /** Words that too many samples have to tell anything: they were not looked for. */
  common: string[];
}

const placeRow = z.object({ seq: z.number().int(), characters: z.number().int() });

/**
 * The accepted samples that share most with a text, best first, by the words of the search index:
 * BM25 with each word counted once a sample, in steps. Words are weighed by how few samples of the
 * project have them; those of more than a fifth are left out (of half, in a project of a few).
 */
export function* nearestAccepted(db: Database, text: string, limit: number): Steps<NearestFound> {
  const samples = get(db, countRow, 'SELECT count(*) AS n FROM sample')?.n ?? 0;
  const often = Math.max(Math.ceil(samples / 5), Math.min(5, Math.ceil(samples / 2)));
  const candidates = new Map<number, { weight: number; characters: number }>();
  const weights = new Map<string, number>();
  const common: string[] = [];
  for (const word of [...new Set(wordsOf(db, text))].slice(0, mostWords)) {
    const found = yield* acceptedWith(db, word, often);
    if (found === null) {
      common.push(word);
      continue;
    }
    const weight = Math.log(1 + (samples - found.samples + 0.5) / (found.samples + 0.5));
    weights.set(word, weight);
    for (const { seq, characters } of found.accepted)
      candidates.set(seq, { weight: (candidates.get(seq)?.weight ?? 0) + weight, characters });
  }
  const nearest: NearestSample[] = [];
  for (const { seq, norm } of ranked(candidates).slice(0, Math.max(mostReread, limit))) {
    yield;
    nearest.push(reread(db, seq, norm, weights));
  }
  return { common, samples: nearest.toSorted(byScore).slice(0, limit) };
}

const messagesRow = z.object({ messages: messagesColumn });

/** A candidate with its words: those of its own prompt count double, so that a like question wins. */
function reread(
  db: Database,
  seq: number,
  norm: number,
  weights: ReadonlyMap<string, number>,
): NearestSample {
  const sql = `SELECT v.messages_json AS messages FROM sample s
    JOIN sample_version v ON v.id = s.current_version_id WHERE s.seq = @seq`;
  const messages = get(db, messagesRow, sql, { seq })?.messages ?? [];
  const wordsBy = (isOf: (role: Role) => boolean) => {
    const texts = messages.filter(({ role }) => isOf(role)).map(({ content }) => content);
    return new Set(wordsOf(db, texts.join('\n\n')));
  };
  const [said, asked] = [wordsBy(() => true), wordsBy((role) => role === 'user')];
  const shared = [...weights].filter(([word]) => said.has(word));
  const total = shared.reduce((sum, [word, one]) => sum + (asked.has(word) ? 2 * one : one), 0);
  const words = shared.toSorted(([, one], [, other]) => other - one).map(([word]) => word);
  return { seq, score: total * norm, words };
}

/** The accepted samples with a word, of how many in the project; null for more than `often`. */
function* acceptedWith(
  db: Database,
  word: string,
  often: number,
): Steps<{ samples: number; accepted: z.infer<typeof placeRow>[] } | null> {
  const through = lastSeq(db);
  const query = `"${word}"`;
  const accepted: z.infer<typeof placeRow>[] = [];
  let samples = 0;
  for (let from = 0; from < through;) {
    const until = Math.min(through, from + (yield));
    // Numbers are bound as REAL, by which FTS5 does not seek: it would read the whole index.
    samples +=
      integers(
        db,
        `SELECT count(*) FROM sample_fts WHERE sample_fts MATCH @query
           AND rowid > CAST(@from AS INTEGER) AND rowid <= CAST(@until AS INTEGER)`,
        { query, from, until },
      )[0] ?? 0;
    if (samples > often) return null;
    // A cross join keeps the order: the few samples with the word, and of these the accepted.
    const more = all(
      db,
      placeRow,
      `SELECT s.seq, s.characters FROM sample_fts CROSS JOIN sample s ON s.seq = sample_fts.rowid
       WHERE sample_fts MATCH @query AND s.status = 'accepted'
         AND sample_fts.rowid > CAST(@from AS INTEGER) AND sample_fts.rowid <= CAST(@until AS INTEGER)
         AND NOT EXISTS (SELECT 1 FROM binned_sample i WHERE i.sample_seq = s.seq)`,
      { query, from, until },
    );
    accepted.push(...more);
    from = until;
  }
  return { samples, accepted };
}

/** By BM25 with every word counted once; `norm` is what the length of a sample makes of its words. */
function ranked(
  candidates: ReadonlyMap<number, { weight: number; characters: number }>,
): { seq: number; score: number; norm: number }[] {
  const lengths = [...candidates.values()].map(({ characters }) => characters);
  const usual = lengths.reduce((sum, one) => sum + one, 0) / lengths.length;
  return [...candidates]
    .map(([seq, { weight, characters }]) => {
      const norm = (k1 + 1) / (1 + k1 * (1 - b + (b * characters) / (usual || 1)));
      return { seq, score: weight * norm, norm };
    })
    .toSorted(byScore);
}

/** Equal ones in the order of the list. */
const byScore = (
  one: Pick<NearestSample, 'seq' | 'score'>,
  other: Pick<NearestSample, 'seq' | 'score'>,
) => other.score - one.score || one.seq - other.seq;
