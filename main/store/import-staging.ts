import Database from 'better-sqlite3';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A question row of a dump as it was read; `row` is its bytes. */
export interface StagedQuestion {
  id: number;
  acceptedAnswerId: number | null;
  line: number;
  row: Buffer;
}

/** An answer row of a dump as it was read; `row` is its bytes. */
export interface StagedAnswer {
  id: number;
  parentId: number;
  score: number;
  line: number;
  row: Buffer;
}

/** A question with its top-scored answer: the accepted one, then the older one, breaks a tie. */
export interface StagedPair {
  questionRow: Buffer;
  questionLine: number;
  answerRow: Buffer;
  answerLine: number;
}

/** How the staged rows divide: a pair is two of them. */
export interface StagedCounts {
  pairs: number;
  unansweredQuestions: number;
  /** Answers to a question of a pair that are not its best. */
  otherAnswers: number;
  orphanAnswers: number;
}

// 4 MB of cache: the rest of a dump of any size lies in the file.
const scratchPragmas = [
  'journal_mode = OFF',
  'synchronous = OFF',
  'locking_mode = EXCLUSIVE',
  'cache_size = -4096',
];

const schema = `
  CREATE TABLE question (id INTEGER PRIMARY KEY, accepted INTEGER, line INTEGER, row BLOB) STRICT;
  CREATE TABLE answer (
    id INTEGER PRIMARY KEY, parent INTEGER, score INTEGER, line INTEGER, row BLOB) STRICT;
  CREATE INDEX answer_by_parent ON answer (parent, score);
  CREATE TABLE answered (parent INTEGER PRIMARY KEY, answers INTEGER NOT NULL) STRICT;`;

const topAnswer = `SELECT id FROM answer WHERE parent = question.id
  ORDER BY score DESC, id IS question.accepted DESC, id LIMIT 1`;

/**
 * Scratch space that joins questions and answers of a dump with flat memory. Of the answers to one
 * question only the best so far are kept. Dispose of it to delete the file; where the system
 * allows, the file has no name from the start and vanishes with the process, however that ends.
 */
export class ImportStaging implements Disposable {
  readonly #database: Database.Database;
  readonly #folder: string;
  readonly #insertQuestion: Database.Statement<[StagedQuestion]>;
  readonly #insertAnswer: Database.Statement<[StagedAnswer]>;
  readonly #dropWorse: Database.Statement<[StagedAnswer]>;
  readonly #countAnswer: Database.Statement<[StagedAnswer]>;
  readonly #bestScore: Database.Statement<[StagedAnswer], { best: number | null }>;

  /** Creates the file in a new folder inside `parentFolder`. */
  constructor(parentFolder: string = tmpdir()) {
    this.#folder = mkdtempSync(join(parentFolder, 'lima-import-'));
    this.#database = new Database(join(this.#folder, 'staging.db'));
    for (const pragma of scratchPragmas) this.#database.pragma(pragma);
    this.#database.exec(schema);
    // Windows cannot delete an open file; there it goes when this is disposed of.
    if (process.platform !== 'win32') this.#removeFolder();
    this.#database.exec('BEGIN');
    this.#insertQuestion = this.#database.prepare(
      'INSERT OR IGNORE INTO question VALUES (@id, @acceptedAnswerId, @line, @row)',
    );
    this.#insertAnswer = this.#database.prepare(
      'INSERT OR IGNORE INTO answer VALUES (@id, @parentId, @score, @line, @row)',
    );
    this.#dropWorse = this.#database.prepare(
      'DELETE FROM answer WHERE parent = @parentId AND score < @score',
    );
    this.#countAnswer = this.#database.prepare(
      `INSERT INTO answered VALUES (@parentId, 1)
       ON CONFLICT (parent) DO UPDATE SET answers = answers + 1`,
    );
    this.#bestScore = this.#database.prepare(
      'SELECT max(score) AS best FROM answer WHERE parent = @parentId',
    );
  }

  /** Keeps a question; `false` when one with this id is there already. */
  addQuestion(question: StagedQuestion): boolean {
    return this.#insertQuestion.run(question).changes === 1;
  }

  /** Keeps an answer unless a better one is there; `false` when its id is there already. */
  addAnswer(answer: StagedAnswer): boolean {
    const best = this.#bestScore.get(answer)?.best ?? undefined;
    const isWorse = best !== undefined && best > answer.score;
    const isNew = isWorse || this.#insertAnswer.run(answer).changes === 1;
    if (!isNew) return false;
    if (best !== undefined && best < answer.score) this.#dropWorse.run(answer);
    this.#countAnswer.run(answer);
    return true;
  }

  /** Counts all that was staged; the sum of rows is what was added. */
  counts(): StagedCounts {
    const count = (sql: string) => this.#database.prepare<[], { n: number }>(sql).get()?.n ?? 0;
    const pairs = count('SELECT count(*) AS n FROM question JOIN answered ON parent = id');
    const answers = (where: string) =>
      count(`SELECT coalesce(sum(answers), 0) AS n FROM answered WHERE parent ${where}`);
    return {
      pairs,
      unansweredQuestions: count('SELECT count(*) AS n FROM question') - pairs,
      otherAnswers: answers('IN (SELECT id FROM question)') - pairs,
      orphanAnswers: answers('NOT IN (SELECT id FROM question)'),
    };
  }

  /** Every answered question with its top answer, in the order of question ids. */
  pairs(): IterableIterator<StagedPair> {
    return this.#database
      .prepare<[], StagedPair>(
        `SELECT question.row AS questionRow, question.line AS questionLine,
                answer.row AS answerRow, answer.line AS answerLine
         FROM question JOIN answer ON answer.id = (${topAnswer}) ORDER BY question.id`,
      )
      .iterate();
  }

  [Symbol.dispose](): void {
    this.#database.close();
    this.#removeFolder();
  }

  #removeFolder(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
