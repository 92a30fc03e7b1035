import { previewLine } from '../../shared/text/foreign-text.ts';
import { rpc } from '../rpc/client.ts';
import { showErrorToast, showToast } from '../ui/feedback/toast.tsx';
import { useChat } from './chat-store.ts';
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
  const { panes } = useChat.getState();
  const element =
    document.activeElement?.closest('[data-turn]') ?? document.querySelector('[data-turn]:hover');
  const meant = element?.getAttribute('data-turn');
  for (const { turns } of [panes.right, panes.left, panes.third, panes.fourth]) {
    const index = turns.findLastIndex((turn) =>
      meant == null ? isAnswered(turn) : turn.id === meant && isAnswered(turn),
    );
    const turn = turns[index];
    if (turn) return void keepTurn(turn, turns.slice(0, index));
  }
}
