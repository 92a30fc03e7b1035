import type {
  Conversation,
  ConversationSummary,
  StoredTurn,
} from '../../../shared/contract/chat.ts';
import { ofPanes, paneIds, type PaneId } from '../../../shared/domain/chat/chat-pane.ts';
import type { Message } from '../../../shared/domain/message.ts';
import type { Database } from '../../store/database.ts';
import {
  answersOf,
  chatWords,
  conversationEnds,
  type StoredAnswer,
} from '../../store/repositories/chat-answers.ts';
import { labelsOf, labelsOfOne } from '../../store/repositories/labels.ts';
import { AppError } from '../base/app-error.ts';
import { LoopTurns } from '../base/loop-turns.ts';
import type { ProjectSession } from '../project/project-session.ts';
import { answeringPanes } from './chat-service.ts';

/** A conversation as it stands, both panes of it; `branches` are ids of answers to stand on instead. */
export function conversation(
  session: ProjectSession,
  { id, branches }: { id: string; branches: readonly string[] },
): Conversation {
  const { db } = session.file;
  const answers = answersOf(db, id);
  for (const branch of branches)
    if (!answers.some((answer) => answer.id === branch))
      throw new AppError('NOT_FOUND', `The conversation has no answer ${branch}.`, {
        what: 'answer',
        id: branch,
      });
  const panes = ofPanes((pane) => turnsOf(answers, pane, branches));
  const shown = paneIds.reduce((count, pane) => count + storedIn(panes[pane]), 0);
  return {
    id,
    name: labelsOfOne(db, { thing: 'conversation', id }).name,
    panes,
    replaced: answers.length - shown,
    answering: answeringPanes(session, id),
  };
}

const storedIn = (turns: readonly StoredTurn[]) =>
  turns.filter(({ identity }) => identity !== null).length;

/**
 * The exchanges that an answer of a pane stands on: one that is wanted, else the last. Each answer is
 * stored with all that was asked before it, so that other branches drop out by themselves.
 */
export function turnsOf(
  answers: readonly StoredAnswer[],
  pane: PaneId,
  wanted: readonly string[] = [],
): StoredTurn[] {
  const own = answers.filter((answer) => answer.pane === pane);
  const shown = own.findLast(({ id }) => wanted.includes(id)) ?? own.at(-1);
  if (!shown) return [];
  const root = branchesOf(own);
  let node = root;
  return exchangesOf(shown).map(({ prompt, output, key }): StoredTurn => {
    const ways = [...node.next];
    const branch = ways.findIndex(([way]) => way === key);
    node = ways[branch]?.[1] ?? node;
    const { answer } = node;
    return {
      prompt,
      output,
      finish: answer?.finish ?? null,
      identity: answer?.identity ?? null,
      systemPrompt: systemPromptOf(answer?.messages ?? []),
      branches: ways.length > 1 ? ways.map(([, { last }]) => last) : [],
      branch: ways.length > 1 ? branch : 0,
    };
  });
}

const systemPromptOf = ([first]: readonly Message[]) =>
  first?.role === 'system' ? first.content : '';

/** A place in a conversation: the answer that led here, and the ways on from it. */
interface BranchNode {
  /** The last answer that was given from here on. */
  last: string;
  answer: StoredAnswer | undefined;
  next: Map<string, BranchNode>;
}

/** All that a pane was ever asked and answered, as a tree; ways on stand in the order they came. */
function branchesOf(answers: readonly StoredAnswer[]): BranchNode {
  const root: BranchNode = { last: '', answer: undefined, next: new Map() };
  for (const answer of answers) {
    let node = root;
    for (const { key } of exchangesOf(answer)) {
      const next = node.next.get(key) ?? { last: '', answer: undefined, next: new Map() };
      next.last = answer.id;
      node.next.set(key, next);
      node = next;
    }
    node.answer = answer;
  }
  return root;
}

/** What was said up to an answer, by exchange; `key` tells those of one place apart. */
function exchangesOf({ messages, output }: Pick<StoredAnswer, 'messages' | 'output'>) {
  const said = [...messages, { role: 'assistant' as const, content: output }];
  const exchanges: { prompt: string; output: string; key: string }[] = [];
  let asked: string[] = [];
  for (const { role, content } of said) {
    // Another system prompt is no other branch: what was asked and answered is the same.
    if (role !== 'system') asked.push(content);
    if (role !== 'assistant') continue;
    const key = JSON.stringify(asked);
    exchanges.push({ prompt: asked.at(-2) ?? '', output: content, key });
    asked = [];
  }
  return exchanges;
}

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
      systems: ofPanes(() => null),
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
