import { rpc } from '../rpc/client.ts';
import { hasErrorCode, isAbort } from '../rpc/rpc-error.ts';
import { queryRefresher } from '../rpc/query-client.ts';
import { paneIds, type PaneId } from '../../shared/domain/chat/chat-pane.ts';
import { changePane, useChat } from './chat-store.ts';
import {
  isRunning,
  messagesFor,
  storedTurn,
  turnsToPutBack,
  withAnswer,
  withBranches,
  type AnswerState,
  type Asked,
  type Turn,
} from './chat-turns.ts';
import { FrameBatch } from './frame-batch.ts';

interface RunningAnswer {
  conversationId: string;
  controller: AbortController;
  isStopping: boolean;
}

const running = new Map<PaneId, RunningAnswer>();

/** Asks the system of a pane; the answer streams into a new last turn. Does nothing while one runs. */
export async function sendTurn(
  pane: PaneId,
  prompt: string,
  asked: Asked,
  replaced: readonly Turn[] = [],
): Promise<void> {
  const { conversationId, panes } = useChat.getState();
  const { turns } = panes[pane];
  if (isRunning(turns)) return;
  const turn: Turn = { ...newTurn(prompt, asked), replaced };
  changePane(pane, { turns: [...turns, turn], editing: null, system: asked.system });
  const change = (state: Partial<AnswerState>) => changeAnswer(pane, turn.id, state);
  const call = { conversationId, controller: new AbortController(), isStopping: false };
  running.set(pane, call);
  const batch = new FrameBatch((piece) => appendText(pane, turn.id, piece));
  try {
    const messages = messagesFor(turns, turn);
    const { system, sampling } = asked;
    const request = { conversationId, pane, messages, system, sampling };
    const events = await rpc.chat.send(request, { signal: call.controller.signal });
    for await (const event of events) {
      if (event.type === 'text') batch.add(event.text);
      if (event.type !== 'answer') continue;
      batch.flush();
      change({ phase: 'done', text: event.answer.output, answer: event.answer });
    }
    batch.flush();
    endUnfinished(pane, turn.id);
    // Without them the answer stands there all the same; they come with the next one.
    learnBranches(pane, conversationId).catch(() => undefined);
  } catch (error) {
    batch.flush();
    // The picker then knows that the file is gone, and offers to show where it is.
    if (hasErrorCode(error, 'MODEL_MISSING')) queryRefresher.invalidate(['models']);
    const wasStopped = call.isStopping || isAbort(error);
    change(wasStopped ? { phase: 'stopped' } : { phase: 'failed', error });
  } finally {
    if (running.get(pane) === call) running.delete(pane);
  }
}

/**
 * Asks again where a turn stands, with another prompt or other settings: a branch of its own. What
 * stood there and came after it is stored, and the turn leads back to it; it is kept in the pane as
 * well until there is an answer.
 */
export async function resendTurn(
  pane: PaneId,
  { turn, prompt }: { turn: Turn; prompt: string },
  asked: Asked,
): Promise<void> {
  const { turns } = useChat.getState().panes[pane];
  const index = turns.findIndex(({ id }) => id === turn.id);
  if (isRunning(turns) || index === -1) return;
  // One that failed, too, was asked again: what stood there before it is still what is kept.
  const before = turnsToPutBack(turn);
  const replaced = before.length > 0 ? before : turns.slice(index);
  changePane(pane, { turns: turns.slice(0, index) });
  await sendTurn(pane, prompt, asked, replaced);
}

/** Puts back what stood where a turn was asked again and got no answer. */
export function putBack(pane: PaneId, turn: Turn): void {
  const { turns } = useChat.getState().panes[pane];
  const index = turns.findIndex(({ id }) => id === turn.id);
  if (isRunning(turns) || index === -1) return;
  changePane(pane, { turns: [...turns.slice(0, index), ...turnsToPutBack(turn)], editing: null });
}

/** Shows another branch of a conversation in its pane, by an answer of it. */
export async function showBranch(pane: PaneId, answerId: string): Promise<void> {
  const { conversationId: id, panes } = useChat.getState();
  const { turns } = panes[pane];
  if (isRunning(turns)) return;
  const stored = await rpc.chat.get({ id, branches: [answerId] });
  const now = useChat.getState();
  // Another conversation was opened, or a question asked, meanwhile.
  if (now.conversationId !== id || now.panes[pane].turns !== turns) return;
  changePane(pane, { turns: stored.panes[pane].map(storedTurn), editing: null });
}

/** Learns which other branches a pane has, once an answer of it is stored. */
async function learnBranches(pane: PaneId, id: string): Promise<void> {
  const stored = await rpc.chat.get({ id });
  const { conversationId, panes } = useChat.getState();
  if (conversationId !== id) return;
  changePane(pane, { turns: withBranches(panes[pane].turns, stored.panes[pane]) });
}

/**
 * Stops the answers of all panes; the text that came stays, labelled by the engine. A second call
 * gives up waiting for the engine.
 */
export function stopAnswers(): void {
  for (const pane of paneIds) {
    const call = running.get(pane);
    if (!call) continue;
    if (call.isStopping) call.controller.abort();
    else void askToStop(pane, call);
  }
}

async function askToStop(pane: PaneId, call: RunningAnswer): Promise<void> {
  call.isStopping = true;
  try {
    const { stopped } = await rpc.chat.stop({ conversationId: call.conversationId, pane });
    if (!stopped) call.controller.abort();
  } catch {
    // Without a connection nobody can be asked: the window stops listening.
    call.controller.abort();
  }
}

function newTurn(prompt: string, asked: Asked): Turn {
  const answer = { phase: 'loading', text: '', asked, answer: null, error: undefined } as const;
  const { systemPrompt } = asked;
  return { id: crypto.randomUUID(), prompt, systemPrompt, answer, branches: [], branch: 0 };
}

function changeAnswer(pane: PaneId, id: string, change: Partial<AnswerState>): void {
  const { turns } = useChat.getState().panes[pane];
  changePane(pane, { turns: withAnswer(turns, id, change) });
}

function appendText(pane: PaneId, id: string, piece: string): void {
  const { turns } = useChat.getState().panes[pane];
  const text = turns.find((turn) => turn.id === id)?.answer.text ?? '';
  changePane(pane, { turns: withAnswer(turns, id, { phase: 'streaming', text: text + piece }) });
}

/** A stream that ends without the final account was cut off on the other side. */
function endUnfinished(pane: PaneId, id: string): void {
  const { turns } = useChat.getState().panes[pane];
  const phase = turns.find((turn) => turn.id === id)?.answer.phase;
  if (phase === 'loading' || phase === 'streaming') changeAnswer(pane, id, { phase: 'stopped' });
}
