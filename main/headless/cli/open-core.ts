import { resolve } from 'node:path';
import { createRouterClient } from '@orpc/server';
import type { ContractRouterClient } from '@orpc/contract';
import type { Contract } from '../../../shared/contract/contract.ts';
import type { ProjectInfo } from '../../../shared/contract/app.ts';
import { readOnlyNotice } from '../../../shared/text/read-only.ts';
import type { ExportDraft } from '../../core/files/export-files.ts';
import { userDataDir } from '../../shell/app-paths.ts';
import type { Terminal } from './terminal.ts';
import type { Call } from './command.ts';
import { CommandError, commandErrorOf } from './command-error.ts';

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
      const { exports, session } = core.context.core;
      const project = session ? { project: protectedBy(session) } : {};
      try {
        return await exports.start(resolve(path), { overwrite, ...project });
      } catch (error) {
        throw commandErrorOf(error);
      }
    },
    [Symbol.asyncDispose]: () => core.close(),
  };
}

/** Closes the project, and says where it is when somebody had taken its file away meanwhile. */
export async function closeAndTell(
  client: CoreClient,
  terminal: Pick<Terminal, 'note'>,
): Promise<void> {
  const { savedAs } = await client.project.close();
  if (savedAs !== null)
    terminal.note(`What was open is saved, all of it, in ${savedAs}. Go on with that.`);
}

/**
 * Starts the core with the command's project open; the core is closed again when that fails. A
 * project that takes no changes is refused by a command that makes some, and noted by others.
 */
export async function openCoreWithProject({
  positionals: [path = ''],
  terminal,
  edits,
}: Pick<Call, 'positionals' | 'terminal' | 'edits'>): Promise<OpenCore & { info: ProjectInfo }> {
  const core = await openCore();
  try {
    const info = await core.client.project.open({ path: resolve(path) });
    const { readReason } = info;
    if (readReason !== null) {
      const notice = readOnlyNotice(readReason);
      if (edits)
        throw new CommandError('PROJECT_READ_ONLY', notice, {
          path: info.path,
          reason: readReason,
        });
      terminal.note(notice);
    }
    const close = async () => {
      await closeAndTell(core.client, terminal);
      await core[Symbol.asyncDispose]();
    };
    return { ...core, info, [Symbol.asyncDispose]: close };
  } catch (error) {
    await core[Symbol.asyncDispose]();
    throw error;
  }
}
