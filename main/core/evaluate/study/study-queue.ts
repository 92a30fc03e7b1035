import { hash } from 'node:crypto';
import {
  identicalAnswersAuthor,
  type AnswerFinish,
  type ShownVerdict,
} from '../../../../shared/domain/evaluate/evaluation.ts';
import type { StoredStudy, StudyItem, StudyVote } from '../../../store/repositories/studies.ts';

/** A comparison at its place in somebody's queue. */
export interface QueueItem {
  id: string;
  /** Has both answers, and may be shown. */
  isOffered: boolean;
  isFailed: boolean;
  /** Waits for this person: nobody else's vote is enough, or there is none. */
  isOpen: boolean;
  /** Belongs to this person's queue at all: it waits, or is voted on by them. */
  isOwn: boolean;
}

/** A person's standing vote. */
export interface StandingVote {
  item: StudyItem;
  author: string;
  shown: ShownVerdict;
}

const rankOf = (words: string) => hash('sha256', words, 'hex');

/** Places in the order of the ranks that a seed gives their ids. */
function byRank(items: readonly StudyItem[], seed: string): number[] {
  const ranks = items.map(({ id }) => rankOf(`${seed}:${id}`));
  return [...ranks.keys()].toSorted((p, q) => ((ranks[p] ?? '') < (ranks[q] ?? '') ? -1 : 1));
}

/** What stands in place of an answer; 0 for none yet. */
const finishes = { given: 1, failed: 2 };

/**
 * The queues of a study, kept in memory: who votes on what in which order, what is answered, and
 * what is voted on. Votes and answers are added as they come, so that a vote costs what it changes
 * and not what the study holds.
 */
export class StudyQueues {
  readonly items: readonly StudyItem[];
  /** Comparisons that everybody votes on, by place in `items`. */
  readonly shared: ReadonlySet<number>;
  /** Those of them that come first in each queue, for calibration. */
  readonly first: readonly number[];
  readonly #study: Pick<StoredStudy, 'seed' | 'overlapPercent' | 'calibrationItems'>;
  readonly #placeOf: ReadonlyMap<string, number>;
  readonly #systems: ReadonlyMap<string, number>;
  readonly #prompts: ReadonlyMap<string, number>;
  /** Of each comparison: its prompt, and where its two answers are in `#answers`. */
  readonly #prompt: Uint32Array;
  readonly #answerA: Uint32Array;
  readonly #answerB: Uint32Array;
  readonly #isShared: Uint8Array;
  #failedAnswers = 0;
  /** How each system ended on each prompt. */
  #answers: Uint8Array;
  /** Which prompts a comparison asks of which system: 1 in the place of the answer. */
  readonly #isAsked: Uint8Array;
  /** How many systems are asked a prompt; and have answered it, or cannot. */
  readonly #askedOf: Uint16Array;
  #answeredBy: Uint16Array;
  readonly #orders = new Map<string, number[]>();
  /** Standing votes of people, oldest first. */
  readonly #standing = new Map<string, StandingVote>();
  readonly #ofAuthor = new Map<string, Map<number, ShownVerdict>>();
  readonly #byPeople: Uint16Array;
  readonly #byRules = new Map<number, Set<string>>();
  /** How often a vote was changed or taken back. */
  changes = 0;

  constructor(
    study: Pick<StoredStudy, 'seed' | 'overlapPercent' | 'calibrationItems'>,
    items: readonly StudyItem[],
  ) {
    this.#study = study;
    this.items = items;
    this.#placeOf = new Map(items.map(({ id }, place) => [id, place]));
    this.#systems = numbered(items.flatMap(({ systemAId, systemBId }) => [systemAId, systemBId]));
    this.#prompts = numbered(items.map(({ promptId }) => promptId));
    this.#prompt = Uint32Array.from(items, ({ promptId }) => this.#prompts.get(promptId) ?? 0);
    const answerOf = (systemId: string, promptId: string) => this.#slot(systemId, promptId) ?? 0;
    this.#answerA = Uint32Array.from(items, (item) => answerOf(item.systemAId, item.promptId));
    this.#answerB = Uint32Array.from(items, (item) => answerOf(item.systemBId, item.promptId));
    this.#answers = new Uint8Array(this.#systems.size * this.#prompts.size);
    this.#answeredBy = new Uint16Array(this.#prompts.size);
    this.#isAsked = new Uint8Array(this.#answers.length);
    for (const slots of [this.#answerA, this.#answerB])
      for (const slot of slots) this.#isAsked[slot] = 1;
    this.#askedOf = new Uint16Array(this.#prompts.size);
    for (const [slot, isAsked] of this.#isAsked.entries())
      this.#askedOf[slot % this.#prompts.size]! += isAsked;
    this.#byPeople = new Uint16Array(items.length);
    const ranked = byRank(items, String(study.seed));
    const count = Math.round((study.overlapPercent / 100) * ranked.length);
    this.first = ranked.slice(0, study.calibrationItems);
    this.shared = new Set([...this.first, ...ranked.slice(0, count)]);
    this.#isShared = new Uint8Array(items.length);
    for (const place of this.shared) this.#isShared[place] = 1;
  }

  /** Answers that there are or that failed, and how many there are to be. */
  get answers(): { done: number; total: number } {
    const total = this.#isAsked.filter(Boolean).length;
    return { done: this.#answers.filter(Boolean).length, total };
  }

  /** Says what is answered now; what was said before is forgotten. */
  setAnswers(
    answers: readonly { systemId: string; promptId: string; finish: AnswerFinish }[],
  ): void {
    this.#answers = new Uint8Array(this.#answers.length);
    this.#answeredBy = new Uint16Array(this.#answeredBy.length);
    this.#failedAnswers = 0;
    for (const { systemId, promptId, finish } of answers) {
      const slot = this.#slot(systemId, promptId);
      if (slot === undefined || this.#isAsked[slot] !== 1) continue;
      this.#answers[slot] = finish === 'failed' ? finishes.failed : finishes.given;
      if (finish === 'failed') this.#failedAnswers += 1;
      const prompt = slot % this.#prompts.size;
      this.#answeredBy[prompt] = (this.#answeredBy[prompt] ?? 0) + 1;
    }
  }

  /** Takes in votes and withdrawals in the order in which they were cast. */
  addVotes(votes: readonly StudyVote[]): void {
    for (const { comparisonId, author, authorKind, shown } of votes) {
      const place = this.#placeOf.get(comparisonId);
      if (place === undefined) continue;
      if (authorKind === 'human') this.#addOfPerson(place, author, shown);
      else this.#addOfRule(place, `${authorKind}:${author}`, shown);
    }
  }

  /** The places of one person's queue, which follow from the seed and the name. */
  orderOf(author: string): readonly number[] {
    const known = this.#orders.get(author);
    if (known) return known;
    const isFirst = new Set(this.first);
    const own = byRank(this.items, `${this.#study.seed}:${author}`);
    const order = [
      ...own.filter((place) => isFirst.has(place)),
      ...own.filter((place) => !isFirst.has(place)),
    ];
    this.#orders.set(author, order);
    return order;
  }

  /** What is at a place of a person's queue, from 0. */
  at(author: string, ordinal: number): QueueItem | undefined {
    const place = this.orderOf(author)[ordinal];
    return place === undefined ? undefined : this.#queueItem(author, place);
  }

  /** Where a comparison is in a person's queue; -1 where it is not of this study. */
  ordinalOf(author: string, comparisonId: string): number {
    const place = this.#placeOf.get(comparisonId);
    return place === undefined ? -1 : this.orderOf(author).indexOf(place);
  }

  /** The first place that is offered and waits for this person, but for one comparison; -1 for none. */
  nextOrdinal(author: string, besides = ''): number {
    const own = this.#ofAuthor.get(author);
    const passed = this.#placeOf.get(besides);
    return this.orderOf(author).findIndex(
      (place) => place !== passed && this.#isOpen(own, place) && this.#isOffered(place),
    );
  }

  /** Every comparison that is offered and waits for this person, in their order. */
  waitingFor(author: string): string[] {
    const own = this.#ofAuthor.get(author);
    return this.orderOf(author).flatMap((place) =>
      this.#isOpen(own, place) && this.#isOffered(place) ? [this.items[place]?.id ?? ''] : [],
    );
  }

  /** How much of a person's queue there is, and what is left of it. */
  queueOf(author: string): { total: number; left: number } {
    const own = this.#ofAuthor.get(author);
    let left = 0;
    for (let place = 0; place < this.items.length; place += 1)
      if (this.#isOpen(own, place)) left += 1;
    return { total: left + (own?.size ?? 0), left };
  }

  /**
   * Of all comparisons: those that can be voted on, of which an answer failed, that have a vote of
   * anybody, and that have none; and how many answers of theirs are there, two of each comparison.
   */
  counts(): { ready: number; failed: number; voted: number; unvoted: number; answers: number } {
    const counts = { ready: 0, failed: 0, voted: 0, unvoted: 0, answers: 0 };
    for (let place = 0; place < this.items.length; place += 1) {
      const isVoted = (this.#byPeople[place] ?? 0) > 0 || this.#byRules.has(place);
      const isOffered = this.#isOffered(place);
      if (isOffered) counts.ready += 1;
      if (this.#isFailed(place)) counts.failed += 1;
      if (isVoted) counts.voted += 1;
      else if (isOffered) counts.unvoted += 1;
      if (this.#answers[this.#answerA[place] ?? 0] !== 0) counts.answers += 1;
      if (this.#answers[this.#answerB[place] ?? 0] !== 0) counts.answers += 1;
    }
    return counts;
  }

  /** Comparisons of which an answer failed, by their ordinal in a person's queue. */
  failed(author: string): { id: string; ordinal: number }[] {
    if (this.#failedAnswers === 0) return [];
    return this.orderOf(author).flatMap((place, ordinal) => {
      const item = this.items[place];
      return item && this.#isFailed(place) ? [{ id: item.id, ordinal }] : [];
    });
  }

  /** Everybody who voted, with their votes and what of their queue is left. */
  annotators(): { author: string; votes: number; left: number }[] {
    return [...this.#ofAuthor]
      .flatMap(([author, { size: votes }]) =>
        votes === 0 ? [] : [{ author, votes, left: this.queueOf(author).left }],
      )
      .toSorted((p, q) => (p.author < q.author ? -1 : 1));
  }

  /** So many of the standing votes of people, oldest first. */
  votesOfPeople(count: number): StandingVote[] {
    return [...this.#standing.values()].slice(0, count);
  }

  /** Comparisons of identical answers that no person voted on. */
  tiedByRule(): StudyItem[] {
    return this.items.filter(
      (_, place) =>
        this.#byPeople[place] === 0 &&
        this.#byRules.get(place)?.has(`rule:${identicalAnswersAuthor}`),
    );
  }

  get countOfPeople(): number {
    return this.#standing.size;
  }

  /** The comparison of a person's newest standing vote. */
  lastVotedBy(author: string): string | undefined {
    const last = [...(this.#ofAuthor.get(author)?.keys() ?? [])].at(-1);
    return last === undefined ? undefined : this.items[last]?.id;
  }

  #addOfPerson(place: number, author: string, shown: StudyVote['shown']): void {
    const item = this.items[place];
    if (!item) return;
    const own = this.#ofAuthor.get(author) ?? new Map<number, ShownVerdict>();
    this.#ofAuthor.set(author, own);
    const key = JSON.stringify([place, author]);
    // Taken out first: a vote that was changed is as new as the change.
    if (own.delete(place)) {
      this.#byPeople[place] = (this.#byPeople[place] ?? 1) - 1;
      this.#standing.delete(key);
      this.changes += 1;
    }
    if (shown === 'withdrawn') return;
    own.set(place, shown);
    this.#standing.set(key, { item, author, shown });
    this.#byPeople[place] = (this.#byPeople[place] ?? 0) + 1;
  }

  #addOfRule(place: number, author: string, shown: StudyVote['shown']): void {
    const authors = this.#byRules.get(place) ?? new Set<string>();
    if (shown === 'withdrawn') authors.delete(author);
    else authors.add(author);
    if (authors.size === 0) this.#byRules.delete(place);
    else this.#byRules.set(place, authors);
  }

  #queueItem(author: string, place: number): QueueItem {
    const own = this.#ofAuthor.get(author);
    const isOpen = this.#isOpen(own, place);
    return {
      id: this.items[place]?.id ?? '',
      isFailed: this.#isFailed(place),
      isOffered: this.#isOffered(place),
      isOpen,
      isOwn: isOpen || (own?.has(place) ?? false),
    };
  }

  /** `own`: what this person voted on. */
  #isOpen(own: ReadonlyMap<number, ShownVerdict> | undefined, place: number): boolean {
    if (this.#isShared[place] === 0 && (this.#byPeople[place] ?? 0) > 0) return false;
    if (this.#isFailed(place) || own?.has(place)) return false;
    return !this.#byRules.get(place)?.has(tieRule);
  }

  #slot(systemId: string, promptId: string): number | undefined {
    const [system, prompt] = [this.#systems.get(systemId), this.#prompts.get(promptId)];
    if (system === undefined || prompt === undefined) return undefined;
    return system * this.#prompts.size + prompt;
  }

  #isFailed(place: number): boolean {
    if (this.#failedAnswers === 0) return false;
    const [a, b] = [this.#answerA[place] ?? 0, this.#answerB[place] ?? 0];
    return this.#answers[a] === finishes.failed || this.#answers[b] === finishes.failed;
  }

  /** Once all that are asked the prompt have answered: which pairs of another are ready would tell of whom. */
  #isOffered(place: number): boolean {
    const prompt = this.#prompt[place] ?? 0;
    return this.#answeredBy[prompt] === this.#askedOf[prompt] && !this.#isFailed(place);
  }
}

const tieRule = `rule:${identicalAnswersAuthor}`;

const numbered = (names: readonly string[]): Map<string, number> =>
  new Map([...new Set(names)].map((name, at) => [name, at]));
