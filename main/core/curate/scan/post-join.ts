import { RecordBuckets } from './record-buckets.ts';

/** A question of a dump as far as choosing goes. `byte`: where its row begins in the unpacked dump. */
export interface ScannedQuestion {
  id: number;
  score: number;
  /** 0 where none was accepted. */
  acceptedAnswerId: number;
  /** UTF-16 code units of its title. */
  titleCharacters: number;
  /** Marks of `candidate-marks.ts`. */
  marks: number;
  byte: number;
}

/** An answer of a dump as far as choosing goes. */
export interface ScannedAnswer {
  id: number;
  questionId: number;
  score: number;
  /** UTF-16 code units of its HTML, and of the text between the tags. */
  htmlCharacters: number;
  textCharacters: number;
  marks: number;
  line: number;
  byte: number;
}

/** A question with the answer that was chosen for it. */
export interface JoinedPost {
  question: ScannedQuestion;
  answer: ScannedAnswer;
}

/** What became of the posts that are in no pair. */
export interface JoinCounts {
  unansweredQuestions: number;
  /** Answers to a question of a pair that are not its best. */
  otherAnswers: number;
  /** Answers whose question is not in the dump. */
  orphanAnswers: number;
  /** Questions with an id that another one had before. */
  repeatedQuestions: number;
}

const bucketBits = 20;
const bucketIds = 2 ** bucketBits;
const high = 2 ** 32;

/** Numbers of a record: a byte of a dump takes two. */
const questionFields = 7;
const answerFields = 9;

/**
 * Joins questions with their best answers in flat memory, however large the dump: records go into
 * buckets of a million question ids on disk, and one bucket at a time is joined. The best answer has
 * the highest score; the accepted one, then the older one, breaks a tie.
 */
export class PostJoin implements Disposable {
  readonly #questions: RecordBuckets;
  readonly #answers: RecordBuckets;
  readonly #question = new Int32Array(questionFields);
  readonly #answer = new Int32Array(answerFields);
  readonly counts: JoinCounts = {
    unansweredQuestions: 0,
    otherAnswers: 0,
    orphanAnswers: 0,
    repeatedQuestions: 0,
  };

  constructor(scratchFolder?: string) {
    this.#questions = new RecordBuckets(questionFields, scratchFolder);
    this.#answers = new RecordBuckets(answerFields, scratchFolder);
  }

  /** Takes a question; ids are below 2³¹. */
  addQuestion(question: ScannedQuestion): void {
    const { id, score, acceptedAnswerId, titleCharacters, marks, byte } = question;
    const record = this.#question;
    record[0] = id;
    record[1] = score;
    record[2] = acceptedAnswerId;
    record[3] = titleCharacters;
    record[4] = marks;
    putByte(record, 5, byte);
    this.#questions.add(id >>> bucketBits, record);
  }

  /** Takes an answer; ids are below 2³¹. */
  addAnswer(answer: ScannedAnswer): void {
    const { id, questionId, score, htmlCharacters, textCharacters, marks, line, byte } = answer;
    const record = this.#answer;
    record[0] = id;
    record[1] = questionId;
    record[2] = score;
    record[3] = htmlCharacters;
    record[4] = textCharacters;
    record[5] = marks;
    record[6] = line;
    putByte(record, 7, byte);
    this.#answers.add(questionId >>> bucketBits, record);
  }

  /** Every answered question with its best answer, by question id; `counts` is whole afterwards. */
  *pairs(): Generator<JoinedPost> {
    const keys = new Set([...this.#questions.keys(), ...this.#answers.keys()]);
    for (const key of [...keys].toSorted((one, other) => one - other)) yield* this.#join(key);
  }

  [Symbol.dispose](): void {
    this.#questions[Symbol.dispose]();
    this.#answers[Symbol.dispose]();
  }

  *#join(key: number): Generator<JoinedPost> {
    const questions = new QuestionTable();
    for (const block of this.#questions.blocks(key))
      for (let at = 0; at < block.length; at += questionFields)
        if (!questions.add(block, at)) this.counts.repeatedQuestions++;
    for (const block of this.#answers.blocks(key))
      for (let at = 0; at < block.length; at += answerFields) this.#offer(questions, block, at);
    for (const { question, answer } of questions.inOrder()) {
      if (answer) yield { question, answer };
      else this.counts.unansweredQuestions++;
    }
  }

  #offer(questions: QuestionTable, block: Int32Array, at: number): void {
    const outcome = questions.offer(block, at);
    if (outcome === 'orphan') this.counts.orphanAnswers++;
    else if (outcome === 'other') this.counts.otherAnswers++;
  }
}

/** The questions of one bucket, by id, with the best answer so far to each. */
class QuestionTable {
  /** Place of a question by the low bits of its id, from 1. */
  readonly #places = new Int32Array(bucketIds);
  readonly #questions = new GrowingRecords(questionFields);
  readonly #best = new GrowingRecords(answerFields);

  /** Takes a copy of a question; false when one with this id is there. */
  add(block: Int32Array, at: number): boolean {
    const slot = (block[at] ?? 0) & (bucketIds - 1);
    if (this.#places[slot] !== 0) return false;
    this.#places[slot] = this.#questions.push(block, at);
    this.#best.push(new Int32Array(answerFields), 0);
    return true;
  }

  /** Takes a copy of an answer if it is the best so far; tells what one of the two is now. */
  offer(block: Int32Array, at: number): 'first' | 'other' | 'orphan' {
    const place = this.#places[(block[at + 1] ?? 0) & (bucketIds - 1)] ?? 0;
    if (place === 0) return 'orphan';
    const best = this.#best.read(place);
    const isFirst = best[0] === 0;
    const accepted = this.#questions.read(place)[2] ?? 0;
    if (isFirst || isBetter(block, at, best, accepted)) this.#best.write(place, block, at);
    return isFirst ? 'first' : 'other';
  }

  *inOrder(): Generator<{ question: ScannedQuestion; answer: ScannedAnswer | undefined }> {
    for (const place of this.#places) {
      if (place === 0) continue;
      const best = this.#best.read(place);
      yield {
        question: questionOf(this.#questions.read(place)),
        answer: best[0] === 0 ? undefined : answerOf(best),
      };
    }
  }
}

/** Whether the answer at a place of a block comes before the best one so far. */
function isBetter(block: Int32Array, at: number, best: Int32Array, accepted: number): boolean {
  const [id = 0, , score = 0] = block.subarray(at, at + 3);
  const [bestId = 0, , bestScore = 0] = best;
  if (score !== bestScore) return score > bestScore;
  if ((id === accepted) !== (bestId === accepted)) return id === accepted;
  return id < bestId;
}

/** Records one after the other, by their place from 1. */
class GrowingRecords {
  readonly #fields: number;
  #numbers: Int32Array;
  #count = 0;

  constructor(fields: number) {
    this.#fields = fields;
    this.#numbers = new Int32Array(fields * 1024);
  }

  push(block: Int32Array, at: number): number {
    if ((this.#count + 1) * this.#fields > this.#numbers.length) {
      const larger = new Int32Array(this.#numbers.length * 2);
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    this.#count++;
    this.write(this.#count, block, at);
    return this.#count;
  }

  write(place: number, block: Int32Array, at: number): void {
    this.#numbers.set(block.subarray(at, at + this.#fields), (place - 1) * this.#fields);
  }

  read(place: number): Int32Array {
    return this.#numbers.subarray((place - 1) * this.#fields, place * this.#fields);
  }
}

function questionOf(record: Int32Array): ScannedQuestion {
  const [id = 0, score = 0, acceptedAnswerId = 0, titleCharacters = 0, marks = 0] = record;
  return { id, score, acceptedAnswerId, titleCharacters, marks, byte: byteAt(record, 5) };
}

function answerOf(record: Int32Array): ScannedAnswer {
  const [id = 0, questionId = 0, score = 0, htmlCharacters = 0, textCharacters = 0] = record;
  const [marks = 0, line = 0] = record.subarray(5);
  const byte = byteAt(record, 7);
  return { id, questionId, score, htmlCharacters, textCharacters, marks, line, byte };
}

/** Writes where a row begins, which may lie beyond 2³². */
export function putByte(record: Int32Array, at: number, byte: number): void {
  record[at] = byte | 0;
  record[at + 1] = Math.floor(byte / high);
}

/** Reads what `putByte` wrote. */
export const byteAt = (record: Int32Array, at: number): number =>
  ((record[at] ?? 0) >>> 0) + (record[at + 1] ?? 0) * high;
