import { ORPCError } from '@orpc/server';
import type {
  Judged as JudgedThing,
  JudgingSummary,
} from '../../../../shared/contract/judgings.ts';
import type { JudgingResults } from '../../../../shared/domain/judge/judging-results.ts';
import { besidePeople } from '../../../../shared/report/grades/beside-people.ts';
import { gradeTables } from '../../../../shared/report/grades/grade-tables.ts';
import { gradesDocument } from '../../../../shared/text/evaluate/grades.ts';
import {
  askedText,
  judgingDocument,
  judgingText,
} from '../../../../shared/text/evaluate/judging.ts';
import { formatQuantity } from '../../../../shared/text/numbers.ts';
import { networkOption } from '../../arguments/endpoint-word.ts';
import { findJudged } from '../../arguments/judged.ts';
import { resolveContestant } from '../../arguments/project-models.ts';
import { resumeJob } from '../../arguments/resume-job.ts';
import { resolveRubric } from '../../arguments/rubric.ts';
import { defineCommand, otherBaseOption, positional, type Call } from '../../cli/command.ts';
import { CommandError, UsageError } from '../../cli/command-error.ts';
import { openCoreWithProject, type CoreClient } from '../../cli/open-core.ts';
import { formatTable } from '../../cli/terminal.ts';
import { waitForJob } from '../../cli/wait-for-job.ts';

const options = {
  judge: {
    type: 'string',
    value: 'SYSTEM',
    description:
      'the model that judges: FILE.gguf, FILE.gguf+RUN, +RUN@epoch or http://HOST:PORT/v1#MODEL',
  },
  rubric: {
    type: 'string',
    value: 'NAME|HASH|FILE',
    description:
      'pairwise (default), likert, absolute, safety, another rubric of the project, or a JSON file with one',
  },
  fresh: {
    type: 'boolean',
    description: 'ask also what would be taken over from earlier judgings of the same words',
  },
  resume: { type: 'boolean', description: 'go on with what was stopped, whoever judges' },
  ...networkOption,
  ...otherBaseOption,
} as const;

/** `lima judge`: a model's verdicts on all pairs or answers of an evaluation or a study. */
export const judgeCommand = defineCommand({
  name: 'judge',
  usage:
    'judge P.lima STUDY|EVALUATION (--judge SYSTEM [--rubric pairwise|likert|absolute|safety|NAME|HASH|FILE] [--fresh] [--network] [--other-base] | --resume [--network])',
  summary: 'Let a model judge an evaluation or a study: verdicts by the logits of its next token.',
  positionals: { min: 2, max: 2 },
  options,
  details: () => [
    'Pairs are shown in both orders: where the two disagree it is a tie and counts as a flip. Verdicts are',
    'read from the probabilities of the rubric’s symbols, nothing is parsed; what fell elsewhere is told.',
    'Whoever votes must not know: while systems are hidden and a person has voted or graded, only counts are told.',
    'The same judge and rubric again asks only for what lacks. What it said before of word for word the same',
    'prompt and answers is taken over, and counted; --fresh asks for it anew. The turns of a dialogue are',
    'graded one by one; safety is asked of prompts tagged sensitive. With --json every rate is in percent.',
  ],
  edits: true,
  async run(call) {
    const { judge, resume, rubric, fresh } = call.options;
    if (resume && (judge !== undefined || rubric !== undefined || fresh !== undefined))
      throw new UsageError(
        '--resume goes on with what was begun: leave --judge, --rubric and --fresh out.',
      );
    if (!resume && judge === undefined)
      throw new UsageError('--judge is missing: name the model that judges, such as FILE.gguf.');
    await using project = await openCoreWithProject(call);
    const { client } = project;
    const { kind, id } = await findJudged(client, positional(call, 1));
    const judgingIds = resume
      ? await goOn(client, { kind, id }, call)
      : [await judgeNow(client, { kind, id }, call)];
    const told = await tell(client, { kind, id }, judgingIds, call);
    const [only] = told;
    call.terminal.result(
      only && told.length === 1
        ? only.document
        : { judgings: told.map(({ document }) => document) },
      told.map(({ text }) => text).join('\n\n'),
    );
  },
});

type JudgeCall = Call<typeof options>;

async function judgeNow(client: CoreClient, judged: JudgedThing, call: JudgeCall): Promise<string> {
  const { hash: rubricHash } = await resolveRubric(client, call.options.rubric ?? 'pairwise');
  const otherBase = call.options['other-base'] ?? false;
  const wait = { ...call, otherBase, network: call.options.network ?? false };
  const judge = await resolveContestant(client, call.options.judge ?? '', wait);
  const { judgingId, jobId } = await client.judgings.start({
    judged,
    judge,
    rubricHash,
    isFresh: call.options.fresh ?? false,
  });
  call.terminal.note(`Judging ${judgingId}`);
  await waitForJob(client, { jobId, kind: 'judge' }, call);
  return judgingId;
}

/** Lets every judging go on that lacks verdicts; returns those that it has now. */
async function goOn(client: CoreClient, judged: JudgedThing, call: JudgeCall): Promise<string[]> {
  if (call.options.network) await client.network.setEnabled({ isEnabled: true, untilClosed: true });
  const judgings = await client.judgings.list(judged);
  if (judgings.length === 0)
    throw new CommandError('NOT_FOUND', 'No judge was asked yet: begin with --judge SYSTEM.');
  for (const { jobId, done, total } of judgings) {
    if (done >= total || jobId === null) continue;
    await resumeJob(client, jobId, call);
    await waitForJob(client, { jobId, kind: 'judge' }, call);
  }
  return judgings.map(({ id }) => id);
}

/** What each judging said, or how far it is where that must not be known yet. */
async function tell(
  client: CoreClient,
  judged: JudgedThing,
  judgingIds: readonly string[],
  { terminal }: JudgeCall,
): Promise<{ document: Record<string, unknown>; text: string }[]> {
  const judgings = (await client.judgings.list(judged)).filter(({ id }) => judgingIds.includes(id));
  return await Promise.all(
    judgings.map(async (judging) => {
      for (const reason of judging.failures) terminal.note(`Not asked: ${reason}`);
      const { id, judge, author, nonce, items, identical, rubric, ...progress } = judging;
      const { total, done, asked, takenOver, failed, failures } = progress;
      const counts = {
        judgingId: id,
        judge,
        author,
        nonce,
        items,
        identical,
        total,
        done,
        verdictsAsked: asked,
        takenOver,
        failed,
        failures,
      };
      const results = await judgedAlready(client, id);
      const whole = {
        ...counts,
        rubric: {
          hash: rubric.hash,
          name: rubric.name,
          version: rubric.version,
          kind: rubric.text.kind,
        },
      };
      if (results) {
        const people = await besideThePeople(client, judged, { author, results });
        return {
          document: { ...judgingDocument(results), ...whole, ...people.document },
          text: [judgingText(results), askedText(judging), ...people.texts].join('\n\n'),
        };
      }
      return { document: { ...whole, isRevealed: false }, text: hiddenText(judging) };
    }),
  );
}

/** What people say of the same answers and turns, where the judge grades them and all is revealed. */
async function besideThePeople(
  client: CoreClient,
  { kind, id }: JudgedThing,
  { author, results }: { author: string; results: JudgingResults },
): Promise<{ document: Record<string, unknown>; texts: string[] }> {
  const isGraded = results.rubric.kind === 'absolute' || results.rubric.kind === 'safety';
  if (!isGraded || !results.isRevealed) return { document: {}, texts: [] };
  const report = besidePeople(await client.grades.report({ kind, id }), author);
  const texts = gradeTables(report, []).map(
    ({ title, table }) => `${title}\n${formatTable(table.columns, table.rows)}`,
  );
  return { document: { grades: gradesDocument(report) }, texts };
}

/** What a judge said; undefined while people vote blind. */
async function judgedAlready(client: CoreClient, id: string): Promise<JudgingResults | undefined> {
  try {
    return await client.judgings.results({ id });
  } catch (error) {
    if (error instanceof ORPCError && error.code === 'INVALID_STATE') return undefined;
    throw error;
  }
}

const hiddenText = ({ judge, rubric, done, ...counts }: JudgingSummary): string =>
  `${judge}, rubric ${rubric.name}: ${formatQuantity(done, 'verdict')} (${askedText(counts)}), told once the systems are revealed (lima report --reveal)`;
