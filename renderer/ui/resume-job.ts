import { rpc } from '../rpc/client.ts';
import { describeError, hasErrorCode } from '../rpc/rpc-error.ts';
import { confirmAction } from './dialogs/dialog.tsx';

/** Lets a stopped job go on; asks first when nobody on this machine started it. */
export async function resumeJob(id: string): Promise<void> {
  try {
    await rpc.jobs.resume({ id });
  } catch (error) {
    if (!hasErrorCode(error, 'JOB_FROM_ELSEWHERE')) throw error;
    const isConfirmed = await confirmAction({
      title: 'Let a job from elsewhere go on?',
      body: describeError(error).message,
      confirmLabel: 'Let it go on',
    });
    if (isConfirmed) await rpc.jobs.resume({ id, isConfirmed });
  }
}
