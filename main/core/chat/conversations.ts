import type {
  Conversation,
  ConversationSummary,
  PaneId,
  StoredTurn,
} from '../../../shared/contract/chat.ts';
import type { Database } from '../../store/database.ts';
import {
  answersOf,
  chatWords,
  conversationEnds,
  type StoredAnswer,
} from '../../store/repositories/chat-answers.ts';
import { labelsOf, labelsOfOne } from '../../store/repositories/labels.ts';
import { LoopTurns } from '../base/loop-turns.ts';
import type { ProjectSession } from '../project/project-session.ts';
import { answeringPanes } from './chat-service.ts';

/** A conversation as it stands, both panes of it. */
export function conversation(session: ProjectSession, id: string): Conversation {
  const { db } = session.file;
  const answers = answersOf(db, id);
  const left = turnsOf(answers, 'left');
  const right = turnsOf(answers, 'right');
  return {
    id,
    name: labelsOfOne(db, { thing: 'conversation', id }).name,
    panes: { left, right },
    replaced: answers.length - storedIn(left) - storedIn(right),
    answering: answeringPanes(session, id),
  };
}

const storedIn = (turns: readonly StoredTurn[]) =>
  turns.filter(({ identity }) => identity !== null).length;

/**
 * The exchanges that the last answer of a pane stands on: each answer is stored with all that was
 * asked before it, so that those which were replaced drop out by themselves.
 */
export function turnsOf(answers: readonly StoredAnswer[], pane: PaneId): StoredTurn[] {
  const own = answers.filter((answer) => answer.pane === pane);
  const last = own.at(-1);
  if (!last) return [];
  const stored = new Map(own.map((answer) => [placeOf(answer), answer]));
  const messages = [...last.messages, { role: 'assistant' as const, content: last.output }];
  return messages.flatMap(({ role, content }, index): StoredTurn[] => {
    if (role !== 'assistant') return [];
    const before = messages.slice(0, index);
    const answer = stored.get(placeOf({ messages: before, output: content }));
    return [
      {
        prompt: before.at(-1)?.content ?? '',
        output: content,
        finish: answer?.finish ?? null,
        identity: answer?.identity ?? null,
      },
    ];
  });
}

/** Tells the answers of a pane apart: how far the conversation was, the prompt and the answer. */
const placeOf = ({ messages, output }: Pick<StoredAnswer, 'messages' | 'output'>) =>
  JSON.stringify([messages.length, messages.at(-1)?.content, output]);

/** Conversations that hold every word of the query, the last answered first. */
export async function listConversations(
  session: ProjectSession,
  { query, limit }: { query: string; limit: number },
  signal?: AbortSignal,
): Promise<{ conversations: ConversationSummary[]; total: number }> {
  const found = summaries(session.file.db);
  const words = foldedWords(query);
  if (words.length === 0) return { conversations: found.slice(0, limit), total: found.length };
  const missing = await session.calls.run([signal], (stopped) =>
    wordsMissing(session.file.db, found, words, stopped),
  );
  const matching = found.filter(({ id }) => missing.get(id)?.size === 0);
  return { conversations: matching.slice(0, limit), total: matching.length };
}

function summaries(db: Database): ConversationSummary[] {
  const names = labelsOf(db, 'conversation');
  const { openings, lasts } = conversationEnds(db);
  const openingOf = new Map(openings.map(({ id, opening }) => [id, opening]));
  const byId = new Map<string, ConversationSummary>();
  for (const { id, pane, answers, identity, changedMs } of lasts) {
    const known = byId.get(id) ?? {
      id,
      name: names.get(id)?.name ?? null,
      opening: openingOf.get(id) ?? '',
      answers: 0,
      systems: { left: null, right: null },
      changedMs,
    };
    const { baseName, adapterName } = identity;
    byId.set(id, {
      ...known,
      answers: known.answers + answers,
      systems: { ...known.systems, [pane]: { baseName, adapterName } },
    });
  }
  return [...byId.values()];
}

/** Letters as a search compares them: without case, accents written one way. */
const folded = (text: string) => text.normalize('NFKC').toLowerCase();

const foldedWords = (query: string) => folded(query).split(/\s+/).filter(Boolean);

/** Which of the words no answer, prompt or name of each conversation holds. */
async function wordsMissing(
  db: Database,
  among: readonly ConversationSummary[],
  words: readonly string[],
  signal: AbortSignal,
): Promise<Map<string, Set<string>>> {
  const missing = new Map(among.map(({ id }) => [id, new Set(words)]));
  const look = (id: string, text: string) => {
    const open = missing.get(id);
    if (!open?.size) return;
    const searched = folded(text);
    for (const word of open) if (searched.includes(word)) open.delete(word);
  };
  for (const { id, name } of among) look(id, name ?? '');
  const turns = new LoopTurns(200, 5000);
  let after = 0;
  for (;;) {
    signal.throwIfAborted();
    const rows = await turns.take((limit) => {
      const piece = chatWords(db, after, limit);
      for (const { id, text } of piece) look(id, text);
      return piece;
    });
    const last = rows.at(-1);
    if (!last) return missing;
    after = last.place;
  }
}
