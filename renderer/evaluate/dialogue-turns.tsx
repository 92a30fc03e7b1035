import type { ReactNode } from 'react';
import { MarkdownText } from '../ui/text/markdown.tsx';
import './dialogue-turns.css';

/** One user turn with what stands under it, on either side. */
interface ShownTurn {
  asked: string;
  left: ReactNode;
  right: ReactNode;
}

interface DialogueTurnsProps {
  sides: readonly [left: ReactNode, right: ReactNode];
  turns: readonly ShownTurn[];
}

/** Two dialogues side by side: what the user said across both, and under it both answers. */
export function DialogueTurns({ sides, turns }: DialogueTurnsProps) {
  return (
    <div className="dialogue">
      {sides.map((side, at) => (
        <div key={at} className="dialogue-side">
          {side}
        </div>
      ))}
      {turns.map(({ asked, left, right }, at) => (
        <section key={at} className="dialogue-turn" aria-label={`Turn ${at + 1}`}>
          <div className="dialogue-asked">
            <span className="prompt-role">
              Turn {at + 1} of {turns.length}, user
            </span>
            <MarkdownText text={asked} />
          </div>
          <div className="dialogue-answer">{left}</div>
          <div className="dialogue-answer">{right}</div>
        </section>
      ))}
    </div>
  );
}
