import type { Message } from '../../shared/domain/message.ts';
import { MarkdownText } from '../ui/text/markdown.tsx';

/** The turns of a prompt; roles are named only where there is more than the one user turn. */
export function PromptText({ messages }: { messages: readonly Message[] }) {
  const isSingle = messages.length === 1 && messages[0]?.role === 'user';
  return (
    <div className="prompt-text">
      {messages.map((message, index) => (
        <div key={index}>
          {!isSingle && <span className="prompt-role">{message.role}</span>}
          <MarkdownText text={message.content} />
        </div>
      ))}
    </div>
  );
}
