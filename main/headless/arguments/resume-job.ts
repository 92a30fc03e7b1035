import { ORPCError } from '@orpc/server';
import type { Call } from '../cli/command.ts';
import { CommandError } from '../cli/command-error.ts';
import type { CoreClient } from '../cli/open-core.ts';

/**
 * Lets a stopped job go on. One that was not started on this machine is refused with its kind and
 * its files, until `--trust` confirms it.
 */
export async function resumeJob(
  client: CoreClient,
  id: string,
  { trusts, terminal }: Pick<Call, 'trusts' | 'terminal'>,
): Promise<void> {
  try {
    await client.jobs.resume({ id });
  } catch (error) {
    if (!(error instanceof ORPCError) || error.code !== 'JOB_FROM_ELSEWHERE') throw error;
    const what = error.message.replace(/ Confirm it to let it go on\.$/, '');
    if (!trusts)
      throw new CommandError(error.code, `${what} Add --trust to let it go on.`, { ...error.data });
    // Whoever said --trust at once still sees what for.
    terminal.note(what);
    await client.jobs.resume({ id, isConfirmed: true });
  }
}
