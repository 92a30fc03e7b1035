import type { Job } from '../../../../shared/contract/job-kinds.ts';
import { reviewActionSchema } from '../../../../shared/domain/sample.ts';
import { formatQuantity } from '../../../../shared/text/numbers.ts';
import { CancelledError, CommandError, UsageError } from '../../cli/command-error.ts';
import { resumeJob } from '../../arguments/resume-job.ts';
import { defineCommand, oneOf, positional, type Call } from '../../cli/command.ts';
import { openCoreWithProject, type CoreClient } from '../../cli/open-core.ts';
import { waitForJob, type WaitOptions } from '../../cli/wait-for-job.ts';
import { filterOf } from './samples.ts';

const actions = reviewActionSchema.options;
const afterwards = ['undo', 'resume', 'cancel'] as const;

/** `lima review`: accepts, rejects or resets samples; takes that back. */
export const reviewCommand = defineCommand({
  name: 'review',
  usage: `review P.lima (${actions.join('|')} (--id ID… | --query TEXT | --all) [--status STATUS] | ${afterwards.join('|')})`,
  summary: 'Accept or reject samples, or put them back to pending; undo that.',
  details: () => [
    'A review counts as a whole once it is finished. undo takes back your newest one; resume',
    'finishes one that was interrupted, cancel takes back what was made of it.',
  ],
  positionals: { min: 2, max: 10_000 },
  options: {
    id: { type: 'string', multiple: true, value: 'ID', description: 'these samples' },
    query: { type: 'string', value: 'TEXT', description: 'every sample that contains these words' },
    all: { type: 'boolean', description: 'every sample' },
    status: { type: 'string', value: 'STATUS', description: 'only those now in this status' },
  },
  edits: true,
  async run(call) {
    const word = oneOf(positional(call, 1), [...actions, ...afterwards], 'The review action');
    const action = actions.find((known) => known === word);
    const words = call.positionals.slice(2);
    if (!action) refuseSelection(call.options, words);
    const selection = action && selectionOf(call.options, words);
    await using project = await openCoreWithProject(call);
    const { client } = project;
    const made =
      action && selection
        ? await client.samples.review({ action, selection })
        : await takeBackOrFinish(client, word, call);
    const { batchId, changed } = await changesOf(client, made, call);
    call.terminal.result(
      { action: word, changed, batchId },
      `${word}: ${formatQuantity(changed ?? 0, 'sample')}.`,
    );
  },
});

interface Made {
  batchId: string | null;
  changed: number | null;
  jobId: string | null;
}

async function takeBackOrFinish(
  client: CoreClient,
  word: string,
  call: Pick<Call, 'trusts' | 'terminal'>,
): Promise<Made> {
  if (word === 'undo') return client.samples.undoReview();
  const stopped = (await client.jobs.list()).find(isHalfMade);
  if (!stopped) throw new CommandError('INVALID_STATE', 'No review of this project is half made.');
  if (word === 'resume') await resumeJob(client, stopped.id, call);
  else await client.jobs.cancel({ id: stopped.id });
  return { batchId: null, changed: null, jobId: stopped.id };
}

const isHalfMade = (job: Job) => job.kind === 'review' && job.state === 'interrupted';

/** What a review changed, once the job that makes a large one has ended. */
export async function changesOf(
  client: CoreClient,
  made: Made,
  { terminal, signal }: WaitOptions,
): Promise<Pick<Made, 'batchId' | 'changed'>> {
  if (made.jobId === null) return made;
  try {
    const job = { jobId: made.jobId, kind: 'review' } as const;
    return await waitForJob(client, job, { terminal, signal });
  } catch (error) {
    if (!(error instanceof CancelledError) || signal.aborted) throw error;
    return { batchId: null, changed: 0 };
  }
}

interface SelectionOptions {
  id?: string[];
  query?: string;
  all?: boolean;
  status?: string;
}

/** Words after the action belong to `--id`, so that a shell can paste a list of ids. */
export function selectionOf(options: SelectionOptions, words: string[]) {
  const ways = [options.id !== undefined, options.query !== undefined, options.all === true];
  if (ways.filter(Boolean).length !== 1)
    throw new UsageError('Say which samples: exactly one of --id, --query and --all.');
  if (options.id === undefined && words[0] !== undefined)
    throw new UsageError(`"${words[0]}" is too much: ids are given with --id.`);
  if (options.id === undefined) return { filter: filterOf(options) };
  if (options.status !== undefined) throw new UsageError('--status goes with --query or --all.');
  return { ids: [...options.id, ...words] };
}

function refuseSelection(options: SelectionOptions, words: string[]): void {
  const { id, query, all, status } = options;
  if ([id, query, all, status].some((value) => value !== undefined) || words.length > 0)
    throw new UsageError(`${afterwards.join(', ')} take no samples: they go by the last review.`);
}
