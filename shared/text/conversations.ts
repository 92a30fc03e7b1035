import type { Conversation, ConversationSummary, PaneId } from '../contract/chat.ts';
import { previewLine } from './foreign-text.ts';
import { formatQuantity } from './numbers.ts';

const shownLetters = 60;

/** What a conversation is called: what a person called it, or how its first prompt begins. */
export function conversationName(conversation: { name: string | null; opening: string }): string {
  const { name, opening } = conversation;
  return name ?? (previewLine(opening, shownLetters) || 'Conversation');
}

/** What gave the last answers: `base beside lesson · epoch 2`. */
export function conversationSystems({ systems }: Pick<ConversationSummary, 'systems'>): string {
  return [systems.left, systems.right]
    .flatMap((system) => (system ? [system.adapterName ?? system.baseName] : []))
    .join(' beside ');
}

const paneTitles: Record<PaneId, string> = { left: 'Left', right: 'Right' };

/** A conversation as it stands, pane by pane, for a terminal. */
export function conversationLines({ panes, replaced }: Conversation): string[] {
  const lines = (['left', 'right'] as const).flatMap((pane) =>
    panes[pane].flatMap(({ prompt, output, finish, identity }, index) => [
      ...(index === 0 ? [`# ${paneTitles[pane]}`, ''] : []),
      `> ${prompt.replaceAll('\n', '\n> ')}`,
      '',
      output,
      ...(finish === 'cancelled' ? ['[stopped]'] : finish === 'length' ? ['[cut]'] : []),
      ...(identity ? [`[${identity.adapterName ?? identity.baseName}]`] : []),
      '',
    ]),
  );
  const others = `${formatQuantity(replaced, 'other answer')} stored, and replaced since`;
  return replaced === 0 ? lines : [...lines, `(${others}.)`];
}
