import { useEffect, useRef, useState } from 'react';
import { Pencil, RefreshCw } from 'lucide-react';
import { withoutThinking } from '../../shared/template/thinking.ts';
import type { PaneId } from '../../shared/contract/chat.ts';
import { usePreference } from '../rpc/settings.ts';
import { IconButton, Button } from '../ui/button.tsx';
import { CopyButton } from '../ui/feedback/copy-button.tsx';
import { TextArea } from '../ui/inputs/inputs.tsx';
import { randomSeed } from '../ui/systems/sampling.ts';
import type { AvailableModels } from '../ui/systems/systems.ts';
import { MarkdownText } from '../ui/text/markdown.tsx';
import { returnFocusSoon } from '../ui/work-focus.ts';
import { AnswerView } from './answer-view.tsx';
import { changePane } from './chat-store.ts';
import type { Asked, Turn } from './chat-turns.ts';
import { isSendKey } from './send-key.ts';
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
    <>
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
        {answer.text !== '' && (
          <CopyButton text={withoutThinking(answer.text)} label="Copy answer" />
        )}
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
    </>
  );
}

interface PromptEditorProps {
  prompt: string;
  onCancel: () => void;
  onSend: (prompt: string) => void;
}

/** The last prompt, to be changed and asked again in place of what it got. */
function PromptEditor({ prompt, onCancel, onSend }: PromptEditorProps) {
  const [draft, setDraft] = useState(prompt);
  const root = useRef<HTMLDivElement>(null);
  useEffect(() => {
    root.current?.querySelector('textarea')?.focus();
    return returnFocusSoon;
  }, []);
  const enterKey = usePreference('enterKey');
  const canSend = draft.trim() !== '';
  return (
    <div className="chat-edit" ref={root}>
      <TextArea
        label="Edit the prompt"
        rows={Math.min(10, draft.split('\n').length + 1)}
        value={draft}
        onValue={setDraft}
        onKeyDown={(event) => {
          if (event.key === 'Escape') onCancel();
          else if (!isSendKey(event, enterKey)) return;
          else if (canSend) onSend(draft);
          event.preventDefault();
          event.stopPropagation();
        }}
      />
      <div className="row">
        <Button small variant="primary" disabled={!canSend} onClick={() => onSend(draft)}>
          Resend
        </Button>
        <Button small onClick={onCancel}>
          Cancel
        </Button>
        <span className="faint small">The answer below is replaced.</span>
      </div>
    </div>
  );
}
