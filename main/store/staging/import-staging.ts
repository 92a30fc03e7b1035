import { RecordSorter } from './record-sorter.ts';
import { ScratchFile } from './scratch-file.ts';
import { SeenIds } from './seen-ids.ts';

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

/** Where a row lies in the scratch file. */
interface StagedRow {
  id: number;
  line: number;
  at: number;
  length: number;
}

/** A question of the dump, or only the answers to one that is not there. */
interface Thread {
  id: number;
  question: (StagedRow & { acceptedAnswerId: number }) | undefined;
  best: (StagedRow & { score: number }) | undefined;
  answers: number;
}

/** Of a row: its question, 0 for that and 1 for answers, its score from the best on, and the rest. */
type PostRecord = [
  thread: number,
  isAnswer: 0 | 1,
  order: number,
  id: number,
  line: number,
  at: number,
  length: number,
];
const postRecord = { width: 7, keys: 4 };
/** So many questions are remembered with the best score so far; 4 MB. */
const mostBestScores = 65_536;
const noAnswer = -Number.MAX_VALUE;

/**
 * Scratch space that joins questions and answers of a dump with flat memory: rows go to the end of
 * a file, a few numbers of each are sorted, and only what was chosen is read again. Dispose of it
 * to delete the file.
 */
export class ImportStaging implements Disposable {
  readonly #file: ScratchFile;
  readonly #posts: RecordSorter;
  readonly #questions = new SeenIds();
  readonly #answers = new SeenIds();
  /** An answer that is worse than one before it cannot win: its row is not kept. */
  readonly #bestScores = new Map<number, number>();

  /** Creates the file in a new folder inside `parentFolder`. */
  constructor(parentFolder?: string) {
    this.#file = new ScratchFile(parentFolder);
    this.#posts = new RecordSorter(this.#file, postRecord);
  }

  /** Keeps a question; `false` when one with this id is there already. */
  addQuestion({ id, acceptedAnswerId, line, row }: StagedQuestion): boolean {
    if (!this.#questions.add(id)) return false;
    const at = this.#file.append(row);
    this.#add([id, 0, acceptedAnswerId ?? noAnswer, id, line, at, row.length]);
    return true;
  }

  /** Keeps an answer unless a better one is there; `false` when its id is there already. */
  addAnswer({ id, parentId, score, line, row }: StagedAnswer): boolean {
    if (!this.#answers.add(id)) return false;
    const best = this.#bestScores.get(parentId) ?? -Infinity;
    const at = score < best ? 0 : this.#file.append(row);
    if (score > best) this.#remember(parentId, score);
    this.#add([parentId, 1, -score, id, line, at, row.length]);
    return true;
  }

  /** Counts all that was staged; the sum of rows is what was added. */
  counts(): StagedCounts {
    const counts = { pairs: 0, unansweredQuestions: 0, otherAnswers: 0, orphanAnswers: 0 };
    for (const { question, answers } of this.#threads()) {
      if (!question) counts.orphanAnswers += answers;
      else if (answers === 0) counts.unansweredQuestions++;
      else {
        counts.pairs++;
        counts.otherAnswers += answers - 1;
      }
    }
    return counts;
  }

  /** Every answered question with its top answer, in the order of question ids. */
  *pairs(): Generator<StagedPair> {
    for (const { question, best } of this.#threads())
      if (question && best)
        yield {
          questionRow: this.#file.read(question.at, question.length),
          questionLine: question.line,
          answerRow: this.#file.read(best.at, best.length),
          answerLine: best.line,
        };
  }

  [Symbol.dispose](): void {
    this.#file[Symbol.dispose]();
    this.#questions[Symbol.dispose]();
    this.#answers[Symbol.dispose]();
  }

  #add(record: PostRecord): void {
    this.#posts.add(record);
  }

  #remember(parentId: number, score: number): void {
    if (this.#bestScores.size >= mostBestScores) this.#bestScores.clear();
    this.#bestScores.set(parentId, score);
  }

  *#threads(): Generator<Thread> {
    let thread: Thread | undefined;
    for (const record of this.#posts.sorted()) {
      const [id = 0, isAnswer = 0] = record;
      if (thread?.id !== id) {
        if (thread) yield thread;
        thread = { id, question: undefined, best: undefined, answers: 0 };
      }
      if (isAnswer === 0) thread.question = questionOf(record);
      else takeAnswer(thread, record);
    }
    if (thread) yield thread;
  }
}

function rowOf([, , , id = 0, line = 0, at = 0, length = 0]: Float64Array): StagedRow {
  return { id, line, at, length };
}

const questionOf = (record: Float64Array) => ({
  ...rowOf(record),
  acceptedAnswerId: record[2] ?? noAnswer,
});

/** Answers come by score from the best on, then by age: only the accepted one may pass the first. */
function takeAnswer(thread: Thread, record: Float64Array): void {
  const score = -(record[2] ?? 0);
  const isAccepted = record[3] === thread.question?.acceptedAnswerId;
  thread.answers++;
  if (!thread.best || (isAccepted && score === thread.best.score))
    thread.best = { ...rowOf(record), score };
}
