import type { Ending } from '../../../shared/contract/app.ts';
import { isOfEarlierVersion } from '../../store/file/open-project-file.ts';
import { runWorker, workerBeside } from '../base/run-worker.ts';
import type { CoreState } from './core-state.ts';
import type { FromMigrationWorker, MigrationRequest } from './migration-worker.ts';
import { requireNothingOngoing } from './project-service.ts';

const workerUrl = workerBeside(import.meta.url, 'migration-worker');

/**
 * Brings a project of an earlier version forward in a worker thread, before it is opened here, so
 * that nobody waits for the seconds that it takes. Returns the stamp of the files to open. A cancel
 * or a crash leaves the file as it was, a copy of it in the backups, or all of it brought forward.
 */
export async function bringForwardBeside(
  state: CoreState,
  request: MigrationRequest,
  ending: Ending & { signal?: AbortSignal | undefined } = {},
): Promise<string> {
  const { path, inspected } = request;
  if (!isOfEarlierVersion(path)) return inspected;
  // What is refused is refused before the file is touched.
  requireNothingOngoing(state, ending);
  // The backup of before goes there.
  await state.paths.reach(request.backups, { signal: ending.signal });
  const onStep = (step: string, done: number, total: number) => {
    state.opening = { path, step, done, total };
  };
  type Done = Extract<FromMigrationWorker, { kind: 'done' }>;
  try {
    return await state.calls.run([ending.signal], async (signal) => {
      const { stamp } = await runWorker<Done>(workerUrl, request, { signal, onStep });
      return stamp;
    });
  } finally {
    state.opening = null;
  }
}
