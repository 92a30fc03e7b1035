import type { ChatAnswer } from '../../../shared/contract/chat.ts';
import type { Sampling, SystemSpec } from '../../../shared/domain/identity.ts';
import type { Message } from '../../../shared/domain/message.ts';
import { insertChatAnswer } from '../../store/chat-repository.ts';
import { AsyncQueue } from '../async-queue.ts';
import type { ProjectSession } from '../project/project-session.ts';
import { systemFiles } from './system-files.ts';

/** One question to one system, asked in one of the two panes. */
export interface ChatRequest {
  conversationId: string;
  pane: 'left' | 'right';
  system: SystemSpec;
  messages: Message[];
  sampling: Sampling;
}

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
  const system = systemFiles(session, request.system);
  const events = new AsyncQueue<ChatEvent>();
  const stop = new AbortController();
  const { messages, sampling } = request;
  const engine = session.inference.engine(request.pane);
  const answered = engine
    .request(
      'chat',
      { system, messages, sampling },
      {
        signal: signal ? AbortSignal.any([signal, stop.signal]) : stop.signal,
        onEvent: (event) => events.push(event),
      },
    )
    .then((answer) => {
      const { output, finish, identity } = answer;
      const { conversationId, pane } = request;
      insertChatAnswer(session.file.db, {
        conversationId,
        pane,
        messages,
        output,
        finish,
        identity,
      });
      events.push({ type: 'answer', answer });
      events.end();
    })
    .catch((error: unknown) => events.end(error));
  try {
    yield { type: 'loading' };
    yield* events;
  } finally {
    stop.abort();
    await answered;
  }
}
