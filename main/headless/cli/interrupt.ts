import { exitCodes } from './report-error.ts';

/**
 * A signal that aborts at the first Ctrl-C or SIGTERM. The second one ends the process at once;
 * engine processes notice that their parent is gone and end too.
 */
export function abortOnInterrupt(): AbortSignal {
  const controller = new AbortController();
  const onInterrupt = () => {
    if (controller.signal.aborted) process.exit(exitCodes.cancelled);
    controller.abort();
  };
  process.on('SIGINT', onInterrupt);
  process.on('SIGTERM', onInterrupt);
  return controller.signal;
}
