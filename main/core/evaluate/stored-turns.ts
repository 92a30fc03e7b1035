import { isDialogue, turnsOf } from '../../../shared/domain/evaluate/dialogue.ts';
import type { AnswerIdentity } from '../../../shared/domain/identity.ts';
import type { Database } from '../../store/database.ts';
import { insertGeneration, type MissingAnswer } from '../../store/repositories/generations.ts';
import { storeUnfinished, unfinishedTurns } from '../../store/repositories/unfinished-dialogues.ts';
import type { Talk, TalkAnswer } from '../models/ask-turns.ts';

interface Wanted {
  systemIds: readonly string[];
  total: number;
  done: number;
  missingOf: (systemId: string) => readonly MissingAnswer[];
}

/** The same counted in answers: a dialogue that is still to be answered has several. */
export function countedInTurns(
  db: Database,
  { systemIds, total, done, missingOf }: Wanted,
): { total: number; done: number } {
  const missing = systemIds.flatMap((systemId) =>
    missingOf(systemId)
      .filter(({ messages }) => isDialogue(messages))
      .map(({ promptId, messages }) => ({
        turns: turnsOf(messages),
        there: unfinishedTurns(db, { systemId, promptId }).length,
      })),
  );
  return {
    total: total + sum(missing.map(({ turns }) => turns - 1)),
    done: done + sum(missing.map(({ there }) => there)),
  };
}

/** What a system is still asked, with the answers of dialogues that it has given before a stop. */
export const talksOf = (db: Database, systemId: string, items: readonly MissingAnswer[]): Talk[] =>
  items.map(({ promptId, repetition, messages }) => ({
    key: promptId,
    messages,
    repetition,
    turns: isDialogue(messages) ? unfinishedTurns(db, { systemId, promptId }) : [],
  }));

/** Stores an answer: with the last one of a dialogue all of it, else how far it came. */
export function storeTurn(
  db: Database,
  systemId: string,
  { talk, answered, isLast }: { talk: Talk; answered: TalkAnswer<AnswerIdentity>; isLast: boolean },
): void {
  const { key: promptId, messages, turns } = talk;
  if (!isLast) return storeUnfinished(db, { systemId, promptId }, turns);
  const earlier = answered.finish === 'failed' ? turns : turns.slice(0, -1);
  insertGeneration(db, {
    ...answered,
    systemId,
    promptId,
    ...(isDialogue(messages) && { earlier }),
  });
}

const sum = (counts: readonly number[]): number => counts.reduce((all, one) => all + one, 0);
