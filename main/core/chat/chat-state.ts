import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { chatStateSchema, type ChatState } from '../../../shared/contract/chat.ts';
import { readInputFileSync } from '../../input-files/input-file.ts';
import { makeSideFolder, replaceFile } from '../../side-files/side-file.ts';

const mostBytes = 8 * 1024 * 1024;

// By a hash: the id of a project is what its file says.
const pathOf = (userDataDir: string, project: string) =>
  join(userDataDir, 'chat', `${createHash('sha256').update(project).digest('hex')}.json`);

/** What this person left in the Chat tab of a project, `null` when nothing is known. */
export function chatStateOf(userDataDir: string, project: string): ChatState | null {
  try {
    const text = readInputFileSync(pathOf(userDataDir, project), mostBytes).toString('utf8');
    return chatStateSchema.parse(JSON.parse(text));
  } catch {
    // Never written, damaged, or of another version: the tab begins empty, conversations are stored.
    return null;
  }
}

/** Keeps what stands in the Chat tab, outside of the project file. Returns true. */
export function saveChatState(
  userDataDir: string,
  { project, state }: { project: string; state: ChatState },
): true {
  makeSideFolder(userDataDir, 'chat');
  replaceFile(pathOf(userDataDir, project), JSON.stringify(state));
  return true;
}
