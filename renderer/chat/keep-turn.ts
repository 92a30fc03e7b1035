import { previewLine } from '../../shared/text/foreign-text.ts';
import { rpc } from '../rpc/client.ts';
import { showErrorToast, showToast } from '../ui/feedback/toast.tsx';
import { shownPanes, useChat, type ChatTabState } from './chat-store.ts';
import { sampleOf, type Turn } from './chat-turns.ts';

/** True for an answer that is at its end and has words. */
export const isAnswered = ({ answer: { phase, text } }: Turn): boolean =>
  text.trim() !== '' && (phase === 'done' || phase === 'stopped');

/** Makes a turn a sample that waits for its review, with a way back. */
export async function keepTurn(turn: Turn, before: readonly Turn[]): Promise<void> {
  const identity = turn.answer.answer?.identity;
  try {
    const { id } = await rpc.samples.create({
      messages: sampleOf(before, turn),
      source: 'chat',
      ...(identity && { answeredBy: identity }),
    });
    showToast({
      text: `“${previewLine(turn.prompt, 40)}” with its answer is a pending sample now.`,
      tone: 'good',
      action: { label: 'Undo', run: () => void letGo(id) },
    });
  } catch (error) {
    showErrorToast(error);
  }
}

async function letGo(id: string): Promise<void> {
  try {
    await rpc.bin.move({ move: 'bin', selection: { ids: [id] } });
    showToast({ text: 'The sample is in the bin.' });
  } catch (error) {
    showErrorToast(error);
  }
}

/** Keeps the turn that has the focus or the pointer; where none has, the newest answer on the right. */
export function keepMeantTurn(): void {
  const element =
    document.activeElement?.closest('[data-turn]') ?? document.querySelector('[data-turn]:hover');
  const meant = meantTurn(useChat.getState(), element?.getAttribute('data-turn') ?? null);
  if (meant) void keepTurn(meant.turn, meant.before);
}

/** The answered turn with this id, or without one the newest of the rightmost pane; of panes that are shown. */
export function meantTurn(
  { panes, paneCount }: Pick<ChatTabState, 'panes' | 'paneCount'>,
  id: string | null,
): { turn: Turn; before: readonly Turn[] } | undefined {
  for (const pane of shownPanes(paneCount).toReversed()) {
    const { turns } = panes[pane];
    const index = turns.findLastIndex(
      (turn) => (id === null || turn.id === id) && isAnswered(turn),
    );
    const turn = turns[index];
    if (turn) return { turn, before: turns.slice(0, index) };
  }
  return undefined;
}
