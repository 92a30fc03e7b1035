import { promptKey } from '../../../shared/domain/evaluate/answer-seed.ts';
import type { Database } from '../../store/database.ts';
import {
  answeredPrompts,
  copyGeneration,
  type MissingAnswer,
} from '../../store/repositories/generations.ts';

type Asked = Pick<MissingAnswer, 'messages' | 'repetition'>;

const keyOf = ({ messages, repetition }: Asked) => `${repetition}:${promptKey(messages)}`;

/**
 * What a system has answered, by what its answers are drawn from: a prompt with the same words and
 * the same repetition, in whatever set, has the same seed and so the same answer.
 */
export class KnownAnswers {
  readonly #db: Database;
  readonly #systemId: string;
  readonly #promptIds = new Map<string, string>();

  constructor(db: Database, systemId: string) {
    this.#db = db;
    this.#systemId = systemId;
    for (const answered of answeredPrompts(db, systemId)) this.add(answered);
  }

  /** Remembers that a prompt is answered now, or why it cannot be. */
  add(answered: Asked & { promptId: string }): void {
    this.#promptIds.set(keyOf(answered), answered.promptId);
  }

  #copyTo(missing: MissingAnswer): boolean {
    const from = this.#promptIds.get(keyOf(missing));
    if (from === undefined) return false;
    copyGeneration(this.#db, this.#systemId, { from, to: missing.promptId });
    return true;
  }

  /** Copies what is known of these, tells each, and returns the others. */
  copyKnown(
    missing: readonly MissingAnswer[],
    onCopied: (copied: MissingAnswer) => void,
  ): MissingAnswer[] {
    return missing.filter((each) => {
      const isCopied = this.#copyTo(each);
      if (isCopied) onCopied(each);
      return !isCopied;
    });
  }

  /** Those of them that are to be made: of prompts with the same words the first alone. */
  toMake(missing: readonly MissingAnswer[]): MissingAnswer[] {
    const first = new Map(missing.toReversed().map((each) => [keyOf(each), each]));
    return missing.filter((each) => first.get(keyOf(each)) === each);
  }
}
