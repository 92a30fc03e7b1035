import type { Judged } from '../../../../shared/contract/judgings.ts';
import { auditDocument, auditText } from '../../../../shared/text/evaluate/judge-audit.ts';
import { networkOption } from '../../arguments/endpoint-word.ts';
import { findJudged } from '../../arguments/judged.ts';
import { resolveContestant } from '../../arguments/project-models.ts';
import { resolveRubric } from '../../arguments/rubric.ts';
import { defineCommand, otherBaseOption, positional, type Call } from '../../cli/command.ts';
import { UsageError } from '../../cli/command-error.ts';
import { openCoreWithProject, type CoreClient } from '../../cli/open-core.ts';
import { waitForJob } from '../../cli/wait-for-job.ts';

const options = {
  rubric: {
    type: 'string',
    value: 'NAME|HASH|FILE',
    description:
      'pairwise (default), likert, absolute, another rubric of the project, or a JSON file with one',
  },
  study: {
    type: 'string',
    value: 'STUDY',
    description: 'hold it against the votes on this study alone',
  },
  evaluation: {
    type: 'string',
    value: 'EVALUATION',
    description: 'hold it against the votes on this evaluation alone',
  },
  ...otherBaseOption,
  ...networkOption,
} as const;

/** `lima judge audit`: what a judge makes of answers whose worth is known. */
export const judgeAuditCommand = defineCommand({
  name: 'judge audit',
  usage:
    'judge audit P.lima SYSTEM [--rubric pairwise|likert|absolute|NAME|HASH|FILE] [--study STUDY | --evaluation EVALUATION] [--other-base] [--network]',
  summary:
    'Look for the biases of a judge: place, length, its own model, orders in answers, chance.',
  positionals: { min: 2, max: 2 },
  options,
  details: () => [
    'The judge is asked about pairs that the program brings along: plainly good answers against plainly bad',
    'ones, brief ones against long ones, and bad ones that ask for the verdict. Flags: position, length,',
    'self-preference, injection, coin. Beside the votes of people on what it has judged and is revealed, its',
    'agreement with them is told. Reports warn of a judge that was not audited, or that has a flag. The same',
    'judge and rubric again asks only for what lacks. With --json every share, effect and interval is in percent.',
  ],
  edits: true,
  async run(call) {
    const { study, evaluation, rubric } = call.options;
    if (study !== undefined && evaluation !== undefined)
      throw new UsageError('--study and --evaluation: name one of them.');
    await using project = await openCoreWithProject(call);
    const { client } = project;
    const judged = await judgedBy(client, call);
    const { hash: rubricHash } = await resolveRubric(client, rubric ?? 'pairwise');
    const otherBase = call.options['other-base'] ?? false;
    const judge = await resolveContestant(client, positional(call, 1), {
      ...call,
      otherBase,
      network: call.options.network ?? false,
    });
    const { auditId: id, jobId } = await client.audits.start({ judge, rubricHash });
    call.terminal.note(`Audit ${id}`);
    await waitForJob(client, { jobId, kind: 'judge' }, call);
    const audit = await client.audits.get({ id, ...(judged && { judged }) });
    for (const reason of audit.failures) call.terminal.note(`Not asked: ${reason}`);
    call.terminal.result(auditDocument(audit), auditText(audit));
  },
});

async function judgedBy(
  client: CoreClient,
  { options: { study, evaluation } }: Call<typeof options>,
): Promise<Judged | undefined> {
  const name = study ?? evaluation;
  if (name === undefined) return undefined;
  const { kind, id } = await findJudged(client, name);
  const wanted = study === undefined ? 'evaluation' : 'study';
  if (kind !== wanted) throw new UsageError(`“${name}” is no ${wanted}: use --${kind}.`);
  return { kind, id };
}
