import { ArrowDown, ArrowUp, Plus, Trash2 } from 'lucide-react';
import type { Message, Role } from '../../../shared/domain/message.ts';
import { formatQuantity } from '../../../shared/text/numbers.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { Select, TextArea, type Option } from '../../ui/inputs/inputs.tsx';
import {
  addSystemMessage,
  appendTurn,
  changeTurn,
  countCharacters,
  moveTurn,
  removeTurn,
} from './drafts.ts';

const roles: readonly Option<Role>[] = [
  { value: 'system', label: 'system' },
  { value: 'user', label: 'user' },
  { value: 'assistant', label: 'assistant' },
];

interface ConversationEditorProps {
  messages: readonly Message[];
  onMessages: (messages: readonly Message[]) => void;
}

/** Writes a conversation turn by turn, as Markdown source. */
export function ConversationEditor({ messages, onMessages }: ConversationEditorProps) {
  return (
    <div className="editor">
      {messages.map((message, index) => (
        <TurnEditor
          key={index}
          message={message}
          position={{ index, count: messages.length }}
          onChange={(change) => onMessages(changeTurn(messages, index, change))}
          onMove={(by) => onMessages(moveTurn(messages, index, by))}
          onRemove={() => onMessages(removeTurn(messages, index))}
        />
      ))}
      <div className="row">
        <Button small icon={<Plus size={13} />} onClick={() => onMessages(appendTurn(messages))}>
          Add turn
        </Button>
        {messages[0]?.role !== 'system' && (
          <Button
            small
            icon={<Plus size={13} />}
            onClick={() => onMessages(addSystemMessage(messages))}
          >
            Add system message
          </Button>
        )}
      </div>
    </div>
  );
}

interface TurnEditorProps {
  message: Message;
  position: { index: number; count: number };
  onChange: (change: Partial<Message>) => void;
  onMove: (by: -1 | 1) => void;
  onRemove: () => void;
}

function TurnEditor({ message, position, onChange, onMove, onRemove }: TurnEditorProps) {
  const { index, count } = position;
  const name = `turn ${index + 1}`;
  return (
    <section className={`editor-turn turn turn-${message.role}`} aria-label={`Turn ${index + 1}`}>
      <div className="editor-turn-head">
        <Select
          label={`Role of ${name}`}
          hideLabel
          value={message.role}
          options={roles}
          onValue={(role) => onChange({ role })}
        />
        <span className="faint small">
          {formatQuantity(countCharacters(message.content), 'character')}
        </span>
        <span className="spacer" />
        <IconButton
          small
          label={`Move ${name} up`}
          disabled={index === 0}
          onClick={() => onMove(-1)}
        >
          <ArrowUp size={13} />
        </IconButton>
        <IconButton
          small
          label={`Move ${name} down`}
          disabled={index === count - 1}
          onClick={() => onMove(1)}
        >
          <ArrowDown size={13} />
        </IconButton>
        <IconButton small label={`Remove ${name}`} disabled={count === 1} onClick={onRemove}>
          <Trash2 size={13} />
        </IconButton>
      </div>
      <TextArea
        label={`Text of ${name}, ${message.role}`}
        hideLabel
        dir="auto"
        value={message.content}
        onValue={(content) => onChange({ content })}
      />
    </section>
  );
}
