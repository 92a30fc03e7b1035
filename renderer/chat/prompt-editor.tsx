import { useEffect, useRef, useState } from 'react';
import { Button } from '../ui/button.tsx';
import { TextArea } from '../ui/inputs/inputs.tsx';

interface PromptEditorProps {
  prompt: string;
  onCancel: () => void;
  onSend: (prompt: string) => void;
}

/** The last prompt, to be changed and asked again in place of what it got. */
export function PromptEditor({ prompt, onCancel, onSend }: PromptEditorProps) {
  const [draft, setDraft] = useState(prompt);
  const root = useRef<HTMLDivElement>(null);
  useEffect(() => root.current?.querySelector('textarea')?.focus(), []);
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
          else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && canSend)
            onSend(draft);
          else return;
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
