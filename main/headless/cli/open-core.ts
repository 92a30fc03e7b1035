import { resolve } from 'node:path';
import { createRouterClient } from '@orpc/server';
import type { ContractRouterClient } from '@orpc/contract';
import type { Contract } from '../../../shared/contract/contract.ts';
import type { ProjectInfo } from '../../../shared/contract/app.ts';
import { userDataDir } from '../../shell/app-paths.ts';

/** The core as the contract types it, called in this process. */
export type CoreClient = ContractRouterClient<Contract>;

/** A core of this process; disposing of it closes the project and ends every engine. */
export interface OpenCore extends AsyncDisposable {
  client: CoreClient;
}

/**
 * Starts the core for a command: the person at the terminal may use every path they can reach.
 * `userData` is where settings and recent projects are kept.
 */
export async function openCore(userData = userDataDir()): Promise<OpenCore> {
  // Loaded late, so that help and usage errors need no database and no engine.
  const { createCore } = await import('../../core/create-core.ts');
  const core = await createCore({ shell: 'cli', userDataDir: userData, fileRoots: null });
  return {
    client: createRouterClient(core.router, { context: core.context }),
    [Symbol.asyncDispose]: () => core.close(),
  };
}

/** Starts the core with the project at `path` open; the core is closed again when that fails. */
export async function openCoreWithProject(path: string): Promise<OpenCore & { info: ProjectInfo }> {
  const core = await openCore();
  try {
    const info = await core.client.project.open({ path: resolve(path) });
    return { ...core, info };
  } catch (error) {
    await core[Symbol.asyncDispose]();
    throw error;
  }
}
