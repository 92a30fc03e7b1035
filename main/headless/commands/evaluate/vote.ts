import type { BlindComparison, EvaluationSummary } from '../../../../shared/contract/evaluate.ts';
import { formatQuantity } from '../../../../shared/text/numbers.ts';
import { CommandError } from '../../cli/command-error.ts';
import { defineCommand, positional } from '../../cli/command.ts';
import { findNamed } from '../../arguments/find-named.ts';
import { openCoreWithProject, type CoreClient } from '../../cli/open-core.ts';
import type { Terminal } from '../../cli/terminal.ts';
import { voteByKeys } from './vote-by-keys.ts';
import { readVerdicts, voteFromFile } from './vote-from-file.ts';

/** `lima vote`: blind votes, by keys or from a file. */
export const voteCommand = defineCommand({
  name: 'vote',
  usage: 'vote P.lima EVALUATION [--verdicts FILE | --list]',
  summary: 'Vote blind on the answers of an evaluation, by keys or from a file.',
  positionals: { min: 2, max: 2 },
  options: {
    verdicts: {
      type: 'string',
      value: 'FILE',
      description: 'JSONL lines {"ordinal": 0, "verdict": "left" | "right" | "neither"}',
    },
    list: { type: 'boolean', description: 'print every blind pair instead, for a script to judge' },
  },
  details: () => [
    '',
    'Keys on a terminal: 1 left is better, 2 neither, 3 right is better, u undo, q stop.',
  ],
  async run(call) {
    const { options, terminal } = call;
    const verdicts =
      options.verdicts === undefined ? undefined : await readVerdicts(options.verdicts);
    if (!options.list && !verdicts && !process.stdin.isTTY)
      throw new CommandError(
        'NO_TERMINAL',
        'There is no keyboard to vote with: run this in a terminal, or use --verdicts FILE.',
      );
    await using project = await openCoreWithProject(positional(call, 0));
    const { evaluations } = project.client;
    const { id } = findNamed(await evaluations.list(), positional(call, 1), 'evaluation');
    if (options.list) return await listPairs(project.client, id, terminal);
    const voted = verdicts
      ? await voteFromFile(project.client, id, verdicts)
      : await voteByKeys(project.client, id, call);
    const summary = await evaluations.get({ id });
    terminal.result({ ...summary, votes: voted }, describeVotes(summary, voted));
  },
});

/** Prints what a voter would see: two answers by side, no names. Nothing is stored. */
async function listPairs(client: CoreClient, id: string, terminal: Terminal): Promise<void> {
  const { comparisons: total } = await client.evaluations.get({ id });
  const comparisons: BlindComparison[] = [];
  for (let ordinal = 0; ordinal < total; ordinal++) {
    const comparison = await client.evaluations.comparison({ id, ordinal });
    if (comparison) comparisons.push(comparison);
  }
  const lines = comparisons.map((comparison) => JSON.stringify(comparison));
  terminal.result({ comparisons }, lines.join('\n'));
}

function describeVotes(summary: EvaluationSummary, votes: number): string {
  return `${formatQuantity(votes, 'vote')} stored; ${summary.voted} of ${summary.comparisons} comparisons are voted on.`;
}
