import type { Conversation, ConversationSummary } from '../../contract/chat.ts';
import { paneIds, type PaneId } from '../../domain/chat/chat-pane.ts';
import { previewLine } from '../foreign-text.ts';
import { formatQuantity } from '../numbers.ts';

const shownLetters = 60;

/** What a conversation is called: what a person called it, or how its first prompt begins. */
export function conversationName(conversation: { name: string | null; opening: string }): string {
  const { name, opening } = conversation;
  return name ?? (previewLine(opening, shownLetters) || 'Conversation');
}

/** What gave the last answers: `base beside lesson · epoch 2`. */
export function conversationSystems({ systems }: Pick<ConversationSummary, 'systems'>): string {
  return paneIds
    .map((pane) => systems[pane])
    .flatMap((system) => (system ? [system.adapterName ?? system.baseName] : []))
    .join(' beside ');
}

/** What the panes are called. */
export const paneTitles: Record<PaneId, string> = {
  left: 'Left',
  right: 'Right',
  third: 'Third',
  fourth: 'Fourth',
};

/** A conversation as it stands, pane by pane, for a terminal. */
export function conversationLines({ panes, replaced }: Conversation): string[] {
  const lines = paneIds.flatMap((pane) =>
    panes[pane].flatMap(({ prompt, output, finish, identity, branches, branch }, index) => [
      ...(index === 0 ? [`# ${paneTitles[pane]}`, ''] : []),
      `> ${prompt.replaceAll('\n', '\n> ')}`,
      '',
      output,
      ...(finish === 'cancelled' ? ['[stopped]'] : finish === 'length' ? ['[cut]'] : []),
      ...(identity ? [`[${identity.adapterName ?? identity.baseName}]`] : []),
      ...(branches.length > 1 ? [`[branch ${branch + 1} of ${branches.length}]`] : []),
      '',
    ]),
  );
  const others = `${formatQuantity(replaced, 'other answer')} stored, in other branches`;
  return replaced === 0 ? lines : [...lines, `(${others}.)`];
}
