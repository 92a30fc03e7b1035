import { useEffect, useRef, type ReactNode } from 'react';
import { conversationProblem, type Message } from '../../../shared/domain/message.ts';
import { Button } from '../../ui/button.tsx';
import { EditButton } from '../../ui/edit-button.tsx';
import { ErrorView } from '../../ui/feedback/error-view.tsx';
import { useShortcuts } from '../../ui/shortcuts.ts';
import { returnFocusSoon } from '../../ui/work-focus.ts';
import { edit } from '../curate-store.ts';
import { ConversationEditor } from './conversation-editor.tsx';
import '../detail-pane.css';

interface EditorFrameProps {
  title: string;
  messages: readonly Message[];
  onMessages: (messages: readonly Message[]) => void;
  isChanged: boolean;
  /** A newer version exists: the person decides first what becomes of the draft. */
  isOutdated?: boolean;
  onDiscard: () => void;
  save: { run: () => unknown; isRunning: boolean; error: unknown };
  /** Shown above the turns. */
  notice?: ReactNode;
  /** What the rules find in the draft. */
  flags?: ReactNode;
}

/** The editor with its head and foot: what is wrong, save, leave. The draft survives leaving. */
export function EditorFrame(props: EditorFrameProps) {
  const { title, messages, isChanged, save } = props;
  const problem = conversationProblem(messages);
  const canSave = problem === undefined && isChanged && !props.isOutdated && !save.isRunning;
  const scroller = useRef<HTMLDivElement>(null);
  useEffect(() => {
    scroller.current?.querySelector('textarea')?.focus();
    return returnFocusSoon;
  }, []);
  useShortcuts([
    {
      keys: ['Mod+Enter'],
      label: 'Save the edit',
      group: 'Edit',
      whileTyping: true,
      isDisabled: !canSave,
      run: save.run,
    },
    {
      keys: ['Escape'],
      label: 'Leave the editor, keep the draft',
      group: 'Edit',
      whileTyping: true,
      run: () => edit(null),
    },
  ]);
  return (
    <section className="detail" aria-label={title}>
      <header className="detail-header">
        <h2>{title}</h2>
        <span className="spacer" />
        <Button onClick={() => edit(null)} shortcut="Escape">
          {isChanged ? 'Leave, keep draft' : 'Close'}
        </Button>
      </header>
      <div className="detail-scroll" ref={scroller}>
        {props.notice}
        <div className="editor-body">
          {props.flags}
          <ConversationEditor messages={messages} onMessages={props.onMessages} />
        </div>
      </div>
      {save.error !== undefined && <ErrorView error={save.error} />}
      <footer className="editor-footer">
        {problem !== undefined && isChanged && (
          <span className="editor-problem">Cannot be saved: {problem}.</span>
        )}
        <span className="spacer" />
        {isChanged && (
          <Button variant="ghost" onClick={props.onDiscard}>
            Discard draft
          </Button>
        )}
        <EditButton
          variant="primary"
          shortcut="Mod+Enter"
          disabled={!canSave}
          isBusy={save.isRunning}
          onClick={() => save.run()}
        >
          Save
        </EditButton>
      </footer>
    </section>
  );
}
