import type { PersonalSettings, PreferencesChange } from '../../../shared/contract/settings.ts';
import { AppError } from '../base/app-error.ts';
import { appVersion } from '../base/application.ts';
import type { CoreState } from './core-state.ts';

/** What the window shows of the program and of the shell it runs in. */
export const appInfo = ({ config, settings, paths }: CoreState) => ({
  version: appVersion,
  node: process.version,
  platform: `${process.platform}-${process.arch}`,
  shell: config.shell,
  hasNativeDialogs: config.host !== undefined,
  author: settings.author,
  fileRoots: [...(paths.roots ?? [])],
});

/** Changes a person's preferences, and tells every window. */
export function changeSettings(
  { settings, session }: CoreState,
  change: PreferencesChange,
): PersonalSettings {
  settings.change(change);
  session?.changes.touch('settings');
  return settings.personal();
}

/** Changes the name that reviews, votes and edits are stored under. */
export function setAuthor({ settings, session }: CoreState, author: string): { author: string } {
  settings.author = author;
  // What is left to vote on is another person's now.
  session?.changes.touch('settings', 'evaluations');
  return { author: settings.author };
}

/** Commands of the shell's menu until the signal aborts; none where it has no menu. */
export async function* menuCommands(
  { config }: CoreState,
  signal: AbortSignal | undefined,
): AsyncGenerator<{ command: string; path?: string }, void> {
  if (config.host) yield* config.host.commands(signal);
  else if (!signal?.aborted)
    await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve()));
}

/** Opens the shell's native dialog; INVALID_STATE where it has none. */
export async function pickFile(
  { config }: CoreState,
  { purpose, suggestedName }: { purpose: string; suggestedName?: string | undefined },
): Promise<{ path: string | null }> {
  if (!config.host)
    throw new AppError('INVALID_STATE', 'This shell has no file dialogs: list folders instead');
  return { path: await config.host.pickFile(purpose, suggestedName) };
}
