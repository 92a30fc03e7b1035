import { conversationName } from '../../../shared/text/chat/conversations.ts';
import type { CoreClient } from '../cli/open-core.ts';
import { findNamed } from './find-named.ts';

const mostLookedAt = 10_000;

/** The conversation that is called so, by a person or by how it begins, or has this id. */
export async function findConversation(
  client: CoreClient,
  reference: string,
): Promise<{ id: string; name: string }> {
  const { conversations } = await client.chat.list({ limit: mostLookedAt });
  const listed = conversations.map((each) => ({ id: each.id, name: conversationName(each) }));
  return findNamed(listed, reference, 'conversation');
}
