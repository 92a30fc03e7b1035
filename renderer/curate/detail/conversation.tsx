import type { Message } from '../../../shared/domain/message.ts';
import { formatQuantity } from '../../../shared/text/numbers.ts';
import { Badge } from '../../ui/feedback/badge.tsx';
import { MarkdownText } from '../../ui/text/markdown.tsx';
import { countCharacters } from '../edit/drafts.ts';

/** A conversation turn by turn, as Markdown. */
export function Conversation({ messages }: { messages: readonly Message[] }) {
  return (
    <ol className="conversation" aria-label="Conversation">
      {messages.map((message, index) => (
        <li key={index} className={`turn turn-${message.role}`}>
          <div className="turn-head">
            <span className="turn-role">{message.role}</span>
            <span className="faint">
              {formatQuantity(countCharacters(message.content), 'character')}
            </span>
            {message.weight === 0 && (
              <Badge tone="warn" title="This answer is kept out of the loss (weight 0)">
                not trained
              </Badge>
            )}
          </div>
          <MarkdownText text={message.content} />
        </li>
      ))}
    </ol>
  );
}
