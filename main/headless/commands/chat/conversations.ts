import {
  conversationLines,
  conversationName,
  conversationSystems,
} from '../../../../shared/text/chat/conversations.ts';
import { formatQuantity } from '../../../../shared/text/numbers.ts';
import { formatDay } from '../../../../shared/text/project/project-contents.ts';
import { findConversation } from '../../arguments/find-conversation.ts';
import { defineCommand, positional, wholeNumber } from '../../cli/command.ts';
import { openCoreWithProject } from '../../cli/open-core.ts';
import { formatTable } from '../../cli/terminal.ts';

/** `lima conversations`: lists what was said in Chat, the last answered first. */
export const conversationsCommand = defineCommand({
  name: 'conversations',
  usage: 'conversations P.lima [--find WORDS] [--limit N]',
  summary: 'List the conversations of Chat, the last answered first.',
  positionals: { min: 1, max: 1 },
  options: {
    find: {
      type: 'string',
      value: 'WORDS',
      description: 'only those whose name, prompts and answers hold all these words',
    },
    limit: {
      type: 'string',
      value: 'N',
      description: 'at most this many, up to 10000; default 100',
    },
  },
  async run(call) {
    const { options, terminal, signal } = call;
    const limit = wholeNumber(options.limit, 'limit', 1, 10_000) ?? 100;
    const query = options.find ?? '';
    await using project = await openCoreWithProject(call);
    const found = await project.client.chat.list({ query, limit }, { signal });
    const cells = found.conversations.map((each) => [
      each.id,
      formatDay(each.changedMs),
      String(each.answers),
      conversationSystems(each),
      conversationName(each),
    ]);
    const nothing =
      query.trim() === ''
        ? 'There is no conversation yet.'
        : 'No conversation holds all these words.';
    const table = formatTable(['id', 'changed', 'answers', 'systems', 'name'], cells);
    terminal.result(found, cells.length === 0 ? nothing : table);
    const hidden = found.total - cells.length;
    if (hidden > 0)
      terminal.note(
        `${formatQuantity(hidden, 'conversation')} more: raise --limit, or use --find.`,
      );
  },
});

/** `lima conversations show`: prints one conversation as it stands. */
export const conversationsShowCommand = defineCommand({
  name: 'conversations show',
  usage: 'conversations show P.lima NAME [--branch ID]…',
  summary: 'Print a conversation by its name or id: prompts, answers, and what gave them.',
  positionals: { min: 2, max: 2 },
  options: {
    branch: {
      type: 'string',
      multiple: true,
      value: 'ID',
      description: 'up to this answer instead of the last (--json tells the ids: "branches")',
    },
  },
  async run(call) {
    await using project = await openCoreWithProject(call);
    const { id } = await findConversation(project.client, positional(call, 1));
    const conversation = await project.client.chat.get({
      id,
      branches: call.options.branch ?? [],
    });
    call.terminal.result(conversation, conversationLines(conversation).join('\n').trim());
  },
});
