import { resolve } from 'node:path';
import { flagRuleSchema, sampleStatusSchema } from '../../../shared/domain/sample.ts';
import { formatBytes } from '../../../shared/text/numbers.ts';
import { describeMerge, laterWorkText, packetContentsText } from '../../../shared/text/merging.ts';
import { findJudged } from '../arguments/judged.ts';
import { UsageError } from '../cli/command-error.ts';
import { defineCommand, oneOf, requiredOption } from '../cli/command.ts';
import { openCoreWithProject, type CoreClient } from '../cli/open-core.ts';
import { waitForJob } from '../cli/wait-for-job.ts';
import type { Terminal } from '../cli/terminal.ts';

/** `lima merge`: brings another copy of the project, or a packet, into it. */
export const mergeCommand = defineCommand({
  name: 'merge',
  usage:
    'merge P.lima OTHER.lima [--dry-run] [--other-project] | merge P.lima --undo [--even-with-later-work]',
  summary: 'Bring what another copy of a project holds into it; packets come back this way.',
  positionals: { min: 1, max: 2 },
  options: {
    'dry-run': { type: 'boolean', description: 'report what would come, change nothing' },
    'other-project': {
      type: 'boolean',
      description: 'also when OTHER.lima is no copy of this project',
    },
    undo: { type: 'boolean', description: 'go back to before the newest merge' },
    'even-with-later-work': {
      type: 'boolean',
      description: 'with --undo: set aside in a file what was done since',
    },
  },
  edits: true,
  details: () => [
    '',
    'Nothing is lost and nothing comes twice: reviews, votes and edits of both are kept, and the',
    'later one counts. Merged into which of two copies, the content is the same. The report says',
    'what came, what was renamed and what somebody has to look at.',
  ],
  async run(call) {
    const { options, terminal, signal, positionals } = call;
    const other = positionals[1];
    if ((other === undefined) !== (options.undo ?? false))
      throw new UsageError(
        'Name the copy to merge, or say --undo. Usage: lima merge P.lima OTHER.lima',
      );
    await using project = await openCoreWithProject(call);
    if (other === undefined)
      return await undo(project.client, terminal, options['even-with-later-work'] ?? false);
    const { jobId } = await project.client.merges.start({
      path: resolve(other),
      dryRun: options['dry-run'] ?? false,
      isOtherProject: options['other-project'] ?? false,
    });
    const wanted = { jobId, kind: 'merge' } as const;
    const report = await waitForJob(project.client, wanted, { terminal, signal });
    terminal.result(report, describeMerge(report));
  },
});

async function undo(
  client: CoreClient,
  terminal: Terminal,
  evenWithLaterWork: boolean,
): Promise<void> {
  const undone = await client.merges.undo({ evenWithLaterWork });
  const aside =
    undone.aside === null
      ? ''
      : ` What was done since (${laterWorkText(undone.laterWork)}) is in ${undone.aside}.`;
  terminal.result(undone, `The project is as it was before the merge.${aside}`);
}

const flags = ['none', ...flagRuleSchema.options] as const;
const statuses = [...sampleStatusSchema.options, 'all'] as const;

/** `lima packet`: writes samples or blind pairs for one annotator. */
export const packetCommand = defineCommand({
  name: 'packet',
  usage:
    'packet P.lima (--samples | --evaluation NAME) --for AUTHOR --out FILE.lima [--status STATUS] [--query TEXT] [--source NAME] [--flag FLAG]',
  summary: 'Write samples to review or blind pairs to vote on as a small project for one person.',
  positionals: { min: 1, max: 1 },
  options: {
    samples: { type: 'boolean', description: 'samples to review' },
    evaluation: {
      type: 'string',
      value: 'NAME',
      description: 'pairs of this evaluation to vote on, or of this study what waits for AUTHOR',
    },
    for: { type: 'string', value: 'AUTHOR', description: 'who reviews or votes' },
    out: { type: 'string', value: 'FILE', description: 'the packet; it must not exist yet' },
    status: {
      type: 'string',
      value: 'STATUS',
      description: `${statuses.join(', ')}; default pending`,
    },
    query: { type: 'string', value: 'TEXT', description: 'words the samples must contain' },
    source: { type: 'string', value: 'NAME', description: 'where the samples came from' },
    flag: { type: 'string', value: 'FLAG', description: `one of ${flags.join(', ')}` },
  },
  details: () => [
    '',
    'A packet holds no model, no other judgement and nothing that tells which system wrote which',
    'answer, also for whoever opens it with other programs. It comes back by lima merge.',
  ],
  edits: true,
  async run(call) {
    const { options, terminal, signal } = call;
    const annotator = requiredOption(options.for, 'for');
    const path = resolve(requiredOption(options.out, 'out'));
    if ((options.samples ?? false) === (options.evaluation !== undefined))
      throw new UsageError('Say either --samples or --evaluation NAME.');
    const status = oneOf(options.status ?? 'pending', statuses, 'The status');
    await using project = await openCoreWithProject(call);
    const { client } = project;
    const { jobId } = await client.packets.write({
      path,
      annotator,
      what:
        options.evaluation === undefined
          ? {
              kind: 'samples',
              status: status === 'all' ? null : status,
              query: options.query,
              source: options.source,
              flag: options.flag === undefined ? undefined : oneOf(options.flag, flags, 'The flag'),
            }
          : await pairsOf(client, options.evaluation),
    });
    const wanted = { jobId, kind: 'packet' } as const;
    const written = await waitForJob(client, wanted, { terminal, signal });
    terminal.result(
      written,
      `Wrote ${packetContentsText(written)} to ${written.path} (${formatBytes(written.sizeBytes)}).`,
    );
  },
});

async function pairsOf(client: CoreClient, name: string) {
  const { kind, id } = await findJudged(client, name);
  return kind === 'study' ? { kind, studyId: id } : { kind, evaluationId: id };
}
