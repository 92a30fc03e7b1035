import { Pencil, RefreshCw } from 'lucide-react';
import { IconButton } from '../ui/button.tsx';
import { CopyButton } from '../ui/feedback/copy-button.tsx';
import { randomSeed } from '../ui/systems/sampling.ts';
import type { AvailableModels } from '../ui/systems/systems.ts';
import { MarkdownText } from '../ui/text/markdown.tsx';
import { AnswerView } from './answer-view.tsx';
import { changePane, type PaneId } from './chat-store.ts';
import type { Asked, Turn } from './chat-turns.ts';
import { PromptEditor } from './prompt-editor.tsx';
import { resendLast } from './send-turn.ts';

interface TurnViewProps {
  turn: Turn;
  pane: PaneId;
  available: AvailableModels;
  /** Set on the last turn only, when it can be asked again. */
  asked: Asked | null;
  isEditing: boolean;
}

/** One prompt with its answer, and what can be done with them. */
export function TurnView({ turn, pane, available, asked, isEditing }: TurnViewProps) {
  const { prompt, answer } = turn;
  const again = (sampling: Asked['sampling']) => {
    if (asked) void resendLast(pane, prompt, { system: asked.system, sampling });
  };
  return (
    <li className="chat-turn">
      {isEditing && asked ? (
        <PromptEditor
          prompt={prompt}
          onCancel={() => changePane(pane, { isEditing: false })}
          onSend={(edited) => void resendLast(pane, edited, asked)}
        />
      ) : (
        <div className="chat-prompt">
          <span className="visually-hidden">Prompt:</span>
          <MarkdownText text={prompt} />
          {asked && (
            <IconButton
              small
              label="Edit and resend"
              onClick={() => changePane(pane, { isEditing: true })}
            >
              <Pencil size={13} />
            </IconButton>
          )}
        </div>
      )}
      <AnswerView
        state={answer}
        available={available}
        onRetry={() => asked && again(asked.sampling)}
      />
      <div className="chat-turn-actions">
        {answer.text !== '' && <CopyButton text={answer.text} label="Copy answer" />}
        {asked && answer.phase !== 'failed' && (
          <IconButton
            small
            label="Regenerate with another seed"
            onClick={() => again({ ...asked.sampling, seed: randomSeed() })}
          >
            <RefreshCw size={13} />
          </IconButton>
        )}
      </div>
    </li>
  );
}
