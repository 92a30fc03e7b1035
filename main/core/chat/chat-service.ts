import type { ChatAnswer } from '../../../shared/contract/chat.ts';
import { paneIds, type PaneId } from '../../../shared/domain/chat/chat-pane.ts';
import type { Sampling, SystemSpec } from '../../../shared/domain/identity.ts';
import type { Message } from '../../../shared/domain/message.ts';
import type { GuardedSystem } from '../files/guarded-engines.ts';
import { insertChatAnswer } from '../../store/repositories/chat-answers.ts';
import { isDeleted } from '../../store/repositories/labels.ts';
import { AppError } from '../base/app-error.ts';
import { AsyncQueue } from '../base/streams.ts';
import { type ProjectSession, SessionScoped } from '../project/project-session.ts';
import { systemFiles } from '../models/checkpoints.ts';

/** An engine stops between tokens, and one token of a large model may take seconds. */
const stopGraceMs = 5000;

/** One question to one system, asked in one of the panes. */
export interface ChatRequest {
  conversationId: string;
  pane: PaneId;
  system: SystemSpec;
  messages: Message[];
  sampling: Sampling;
}

/** Answers being written, by conversation and pane; aborting one keeps what came. */
const answering = new SessionScoped(() => new Map<string, AbortController>());

type ChatEvent =
  { type: 'loading' } | { type: 'text'; text: string } | { type: 'answer'; answer: ChatAnswer };

/**
 * Streams one answer. When the caller goes away or aborts, the engine stops within a token and
 * what came until then is stored with finish `cancelled`.
 */
export async function* sendChat(
  session: ProjectSession,
  request: ChatRequest,
  signal: AbortSignal | undefined,
): AsyncGenerator<ChatEvent, void> {
  refuseDeleted(session, request.conversationId);
  const system = await systemFiles(session, request.system, signal);
  const events = new AsyncQueue<ChatEvent>();
  const stop = new AbortController();
  const key = answerKey(request);
  answering.of(session).set(key, stop);
  const answered = session.calls
    .run(
      [signal, stop.signal],
      (anySignal) => ask(session, { request, system, events }, anySignal),
      'answer',
    )
    .then(
      () => events.end(),
      (error: unknown) => events.end(error),
    );
  try {
    yield { type: 'loading' };
    yield* events;
  } finally {
    stop.abort();
    if (answering.of(session).get(key) === stop) answering.of(session).delete(key);
    await answered;
  }
}

/** Stops an answer; its stream then ends with the part that came. False when none is written. */
export function stopChat(session: ProjectSession, answer: AnswerPlace): boolean {
  const stop = answering.of(session).get(answerKey(answer));
  stop?.abort();
  return stop !== undefined;
}

/** Panes of a conversation that are being answered. */
export const answeringPanes = (session: ProjectSession, conversationId: string): PaneId[] =>
  paneIds.filter((pane) => answering.of(session).has(answerKey({ conversationId, pane })));

/** What is deleted stays so: an answer stored under its id would go with the next deletion. */
function refuseDeleted({ file }: ProjectSession, id: string): void {
  if (!isDeleted(file.db, { thing: 'conversation', id })) return;
  const what = 'conversation';
  throw new AppError('NOT_FOUND', 'This conversation was deleted: begin a new one', { what, id });
}

type AnswerPlace = Pick<ChatRequest, 'conversationId' | 'pane'>;

const answerKey = ({ conversationId, pane }: AnswerPlace) => `${pane} ${conversationId}`;

interface Asking {
  request: ChatRequest;
  system: GuardedSystem;
  events: AsyncQueue<ChatEvent>;
}

async function ask(
  session: ProjectSession,
  { request, system, events }: Asking,
  signal: AbortSignal,
): Promise<void> {
  const { conversationId, pane, messages, sampling } = request;
  const engine = session.inference.engine(pane, system);
  const onEvent = (event: ChatEvent) => events.push(event);
  const options = { signal, onEvent, cancelGraceMs: stopGraceMs };
  const answer = await engine.request('chat', { system, messages, sampling }, options);
  const { output, finish, identity } = answer;
  const stored = { conversationId, pane, messages, output, finish, identity };
  // One that was deleted while it was answered: stored under its id, the answer would be a ghost.
  const isWanted = !isDeleted(session.file.db, { thing: 'conversation', id: conversationId });
  if (isWanted) insertChatAnswer(session.file.db, stored);
  session.changes.touch('chats');
  events.push({ type: 'answer', answer });
}
