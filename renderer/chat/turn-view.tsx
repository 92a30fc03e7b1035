import { useEffect, useRef, useState } from 'react';
import {
  BookmarkPlus,
  ChevronLeft,
  ChevronRight,
  Pencil,
  RefreshCw,
  ScanText,
  Undo2,
} from 'lucide-react';
import { withoutThinking } from '../../shared/template/thinking.ts';
import type { PaneId } from '../../shared/domain/chat/chat-pane.ts';
import { useReadOnlyNotice } from '../rpc/project.ts';
import { usePreference } from '../rpc/settings.ts';
import { IconButton, Button } from '../ui/button.tsx';
import { CopyButton } from '../ui/feedback/copy-button.tsx';
import { showErrorToast } from '../ui/feedback/toast.tsx';
import { TextArea } from '../ui/inputs/inputs.tsx';
import { randomSeed } from '../ui/systems/sampling.ts';
import type { AvailableModels } from '../ui/systems/systems.ts';
import { MarkdownText } from '../ui/text/markdown.tsx';
import { VisibleText } from '../ui/text/visible-text.tsx';
import { returnFocusSoon } from '../ui/work-focus.ts';
import { AnswerView } from './answer-view.tsx';
import { askWhileTraining } from './ask-while-training.ts';
import { changePane } from './chat-store.ts';
import { turnsToPutBack, type Asked, type Turn } from './chat-turns.ts';
import { isAnswered, keepTurn } from './keep-turn.ts';
import { isSendKey } from './send-key.ts';
import { putBack, resendTurn, showBranch } from './send-turn.ts';
import { TokenShiftPanel } from './token-shift-panel.tsx';

/** Makes the turn a sample, also while a prompt is written. */
export const keepKeys = 'Alt+s';

interface TurnViewProps {
  turn: Turn;
  /** What was said before it. */
  before: readonly Turn[];
  pane: PaneId;
  available: AvailableModels;
  /** What is asked when it is asked again; null while it cannot be. */
  asked: Asked | null;
  isEditing: boolean;
}

/** One prompt with its answer, and what can be done with them. */
export function TurnView({ turn, before, pane, available, asked, isEditing }: TurnViewProps) {
  const { prompt, answer } = turn;
  const [showsShift, setShowsShift] = useState(false);
  const actions = useRef<HTMLDivElement>(null);
  const canKeep = isAnswered(turn);
  const notice = useReadOnlyNotice();
  const resend = (edited: string, change: Partial<Asked['sampling']> = {}) => {
    if (!asked) return;
    askWhileTraining([asked.system], available, () => {
      const next = { ...asked, sampling: { ...asked.sampling, ...change } };
      void resendTurn(pane, { turn, prompt: edited }, next);
    });
  };
  return (
    <>
      {turn.systemPrompt !== (before.at(-1)?.systemPrompt ?? '') && (
        <p className="chat-system small dim">
          {turn.systemPrompt === '' ? (
            'From here on without a system prompt'
          ) : (
            <>
              System prompt: <VisibleText text={turn.systemPrompt} />
            </>
          )}
        </p>
      )}
      {isEditing && asked ? (
        <PromptEditor
          prompt={prompt}
          onCancel={() => changePane(pane, { editing: null })}
          onSend={(edited) => resend(edited)}
        />
      ) : (
        <div className="chat-prompt">
          <span className="visually-hidden">Prompt:</span>
          <MarkdownText text={prompt} />
          {asked && (
            <IconButton
              small
              label="Edit and resend"
              onClick={() => changePane(pane, { editing: turn.id })}
            >
              <Pencil size={13} />
            </IconButton>
          )}
        </div>
      )}
      <AnswerView state={answer} available={available} onRetry={() => resend(prompt)} />
      <Replaced turn={turn} pane={pane} />
      <div className="chat-turn-actions" ref={actions}>
        <BranchChoice turn={turn} pane={pane} isDisabled={asked === null} />
        {answer.text !== '' && (
          <CopyButton text={withoutThinking(answer.text)} label="Copy answer" />
        )}
        {asked && answer.phase !== 'failed' && (
          <IconButton
            small
            label="Regenerate with another seed"
            onClick={() => resend(prompt, { seed: randomSeed() })}
          >
            <RefreshCw size={13} />
          </IconButton>
        )}
        {canKeep && (
          <IconButton
            small
            label="Make it a sample"
            shortcut={keepKeys}
            disabled={notice !== null}
            onClick={() => void keepTurn(turn, before)}
          >
            <BookmarkPlus size={13} />
          </IconButton>
        )}
        {canKeep && (
          <IconButton
            small
            label="Token shift against the base"
            aria-expanded={showsShift}
            onClick={() => setShowsShift(!showsShift)}
          >
            <ScanText size={13} />
          </IconButton>
        )}
      </div>
      {canKeep && showsShift && (
        <TokenShiftPanel
          measured={{ pane, turn, before }}
          available={available}
          onClose={() => {
            setShowsShift(false);
            actions.current?.querySelector<HTMLElement>('[aria-expanded]')?.focus();
          }}
        />
      )}
    </>
  );
}

/** Leads back to what stood where a turn was asked again in vain. */
function Replaced({ turn, pane }: { turn: Turn; pane: PaneId }) {
  const { length } = turnsToPutBack(turn);
  if (length === 0) return null;
  return (
    <div className="row">
      <Button small icon={<Undo2 size={13} />} onClick={() => putBack(pane, turn)}>
        Show the {length === 1 ? 'turn' : `${length} turns`} that stood here
      </Button>
    </div>
  );
}

interface BranchChoiceProps {
  turn: Turn;
  pane: PaneId;
  isDisabled: boolean;
}

/** Leads to the other branches that begin where a turn stands. */
function BranchChoice({ turn: { branches, branch }, pane, isDisabled }: BranchChoiceProps) {
  if (branches.length < 2) return null;
  const step = (by: number) => {
    const wanted = branches[branch + by];
    if (wanted !== undefined) showBranch(pane, wanted).catch(showErrorToast);
  };
  return (
    <span className="chat-branches small dim">
      <IconButton
        small
        label="Previous branch"
        disabled={isDisabled || branch === 0}
        onClick={() => step(-1)}
      >
        <ChevronLeft size={13} />
      </IconButton>
      branch {branch + 1} of {branches.length}
      <IconButton
        small
        label="Next branch"
        disabled={isDisabled || branch === branches.length - 1}
        onClick={() => step(1)}
      >
        <ChevronRight size={13} />
      </IconButton>
    </span>
  );
}

interface PromptEditorProps {
  prompt: string;
  onCancel: () => void;
  onSend: (prompt: string) => void;
}

/** A prompt, to be changed and asked again: a branch beside what it got. */
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
        <span className="faint small">A branch begins here; this one is kept.</span>
      </div>
    </div>
  );
}
