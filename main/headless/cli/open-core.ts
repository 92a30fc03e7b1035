import { resolve } from 'node:path';
import { createRouterClient } from '@orpc/server';
import type { ContractRouterClient } from '@orpc/contract';
import type { Contract } from '../../../shared/contract/contract.ts';
import type { ProjectInfo } from '../../../shared/contract/app.ts';
import { bringingForward, describeOpening } from '../../../shared/text/project/opening-project.ts';
import { formatBytes } from '../../../shared/text/numbers.ts';
import { readOnlyNotice } from '../../../shared/text/project/read-only.ts';
import type { ExportDraft } from '../../core/files/export-files.ts';
import { shellWord } from '../../../shared/text/foreign-text.ts';
import { describeContents, describeCounts } from '../../../shared/text/project/project-contents.ts';
import { userDataDir } from '../../shell/app-paths.ts';
import type { Terminal } from './terminal.ts';
import type { Call } from './command.ts';
import { CancelledError, CommandError, commandErrorOf } from './command-error.ts';

/** The core as the contract types it, called in this process. */
export type CoreClient = ContractRouterClient<Contract>;

/** A core of this process; disposing of it closes the project and ends every engine. */
export interface OpenCore extends AsyncDisposable {
  client: CoreClient;
  /** Starts a file where a person points, beside the open project; see `ExportFiles`. */
  startExport(path: string, overwrite: boolean): Promise<ExportDraft>;
}

/**
 * Starts the core for a command: the person at the terminal may use every path they can reach.
 * `userData` is where settings and recent projects are kept.
 */
export async function openCore(userData = userDataDir()): Promise<OpenCore> {
  // Loaded late, so that help and usage errors need no database and no engine.
  const [{ createCore }, { protectedBy }] = await Promise.all([
    import('../../core/create-core.ts'),
    import('../../core/project/core-state.ts'),
  ]);
  const core = await createCore({ shell: 'cli', userDataDir: userData, fileRoots: null });
  return {
    client: createRouterClient(core.router, { context: core.context }),
    startExport: async (path, overwrite) => {
      const { exports, paths, session } = core.context.core;
      const target = resolve(path);
      const project = session ? { project: await protectedBy(session) } : {};
      try {
        await paths.reach(target);
        return await exports.start(target, { overwrite, ...project });
      } catch (error) {
        throw commandErrorOf(error);
      }
    },
    [Symbol.asyncDispose]: () => core.close(),
  };
}

/** Writes a text into the file that was started for it, and says where it is. */
export async function placeText(
  terminal: Pick<Terminal, 'result'>,
  draft: ExportDraft,
  { format, text }: { format: string; text: string },
): Promise<void> {
  await draft.file.writeFile(text);
  await draft.place();
  const { path } = draft;
  const sizeBytes = Buffer.byteLength(text);
  terminal.result({ path, format, sizeBytes }, `Wrote ${path} (${formatBytes(sizeBytes)}).`);
}

/** Closes the project, and says where it is when somebody had taken its file away meanwhile. */
export async function closeAndTell(
  client: CoreClient,
  terminal: Pick<Terminal, 'note'>,
): Promise<void> {
  const { savedAs } = await client.project.close({ stopJobs: true });
  if (savedAs !== null)
    terminal.note(`What was open is saved, all of it, in ${savedAs}. Go on with that.`);
}
type ProjectCall = Pick<Call, 'positionals' | 'terminal' | 'edits' | 'trusts' | 'signal'>;

/**
 * Starts the core with the command's project open; the core is closed again when that fails. A
 * project that takes no changes is refused by a command that makes some, and noted by others.
 */
export async function openCoreWithProject(
  call: ProjectCall,
): Promise<OpenCore & { info: ProjectInfo }> {
  const core = await openCore();
  try {
    const info = await openProject(core.client, call);
    const close = async () => {
      await closeAndTell(core.client, call.terminal);
      await core[Symbol.asyncDispose]();
    };
    return { ...core, info, [Symbol.asyncDispose]: close };
  } catch (error) {
    await core[Symbol.asyncDispose]();
    throw error;
  }
}

const askEveryMs = 250;

/** Makes a call that may take long, and tells meanwhile how far it is; Ctrl-C cancels it. */
export async function whileTelling<Output>(
  signal: AbortSignal,
  tell: () => Promise<void>,
  call: (options: { signal: AbortSignal }) => Promise<Output>,
): Promise<Output> {
  // How far it is may go untold; whether it succeeded is told by the call itself.
  const timer = setInterval(() => void tell().catch(() => undefined), askEveryMs);
  try {
    return await call({ signal });
  } catch (error) {
    if (signal.aborted) throw new CancelledError();
    throw error;
  } finally {
    clearInterval(timer);
  }
}

/** Makes a call that opens a project, and tells how far it is where that is brought forward first. */
export async function tellOpening(
  client: CoreClient,
  { terminal, signal }: Pick<Call, 'terminal' | 'signal'>,
  open: (options: { signal: AbortSignal }) => Promise<ProjectInfo>,
): Promise<ProjectInfo> {
  let hasTold = false;
  const tell = async () => {
    const opening = await client.project.opening();
    if (!opening) return;
    if (!hasTold) terminal.note(bringingForward);
    hasTold = true;
    terminal.progress('opening', describeOpening(opening), { ...opening });
  };
  return await whileTelling(signal, tell, open);
}

async function openProject(client: CoreClient, call: ProjectCall): Promise<ProjectInfo> {
  const path = resolve(call.positionals[0] ?? '');
  const opened = await tellOpening(client, call, (options) =>
    client.project.open({ path }, options),
  );
  const info =
    call.trusts && opened.readReason === 'not-trusted'
      ? await tellOpening(client, call, (options) => client.project.trust(undefined, options))
      : opened;
  const { readReason } = info;
  if (readReason === null) return info;
  const notice = readOnlyNotice(readReason);
  if (!call.edits) {
    call.terminal.note(notice);
    return info;
  }
  const data = { path: info.path, reason: readReason };
  if (readReason !== 'not-trusted') throw new CommandError('PROJECT_READ_ONLY', notice, data);
  const contents = await client.project.contents();
  throw new CommandError(
    'PROJECT_READ_ONLY',
    [
      notice,
      ...[describeCounts(contents), ...describeContents(contents)].map((line) => `  ${line}`),
      `Trust it with: lima trust ${shellWord(call.positionals[0] ?? '')} (or --trust after this command).`,
    ].join('\n'),
    { ...data, contents },
  );
}
