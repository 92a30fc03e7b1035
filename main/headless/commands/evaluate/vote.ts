import { resolve } from 'node:path';
import { z } from 'zod';
import type { BlindComparison } from '../../../../shared/contract/evaluate.ts';
import {
  shownVerdictSchema,
  voteReasonSchema,
} from '../../../../shared/domain/evaluate/evaluation.ts';
import { visibleJson } from '../../../../shared/text/foreign-text.ts';
import { formatCount, formatQuantity } from '../../../../shared/text/numbers.ts';
import { CommandError, UsageError } from '../../cli/command-error.ts';
import { defineCommand, positional } from '../../cli/command.ts';
import { findJudged } from '../../arguments/judged.ts';
import { openCoreWithProject } from '../../cli/open-core.ts';
import type { Terminal } from '../../cli/terminal.ts';
import { ballotOf, type Ballot } from './ballot.ts';
import { keyLine, voteByKeys } from './vote-by-keys.ts';
import { readInputFile } from '../../../input-files/input-file.ts';
import { existingFile } from '../../arguments/project-models.ts';

/** `lima vote`: blind votes on an evaluation or a study, by keys or from a file. */
export const voteCommand = defineCommand({
  name: 'vote',
  usage: 'vote P.lima EVALUATION|STUDY [--as NAME] [--verdicts FILE | --expected | --list]',
  summary: 'Vote blind on the answers of an evaluation or a study, by keys or from a file.',
  positionals: { min: 2, max: 2 },
  options: {
    verdicts: {
      type: 'string',
      value: 'FILE',
      description:
        'JSONL lines {"ordinal": 0, "verdict": "left" | "right" | "neither" | "both-bad", "reason": "…", "tags": ["…"]}',
    },
    expected: {
      type: 'boolean',
      description:
        'vote by rule where prompts have an expected answer: whose answer contains it wins',
    },
    as: {
      type: 'string',
      value: 'NAME',
      description: 'of a study: vote as this annotator, in their own queue',
    },
    list: { type: 'boolean', description: 'print every blind pair instead, for a script to judge' },
  },
  details: () => [
    '',
    'Of a study an ordinal is a place in the annotator’s own queue: --list and --verdicts take the same --as.',
    'A vote on a pair that has one takes its place; reason and tags may be left out.',
    `Keys on a terminal: ${keyLine(true)}; 4 where “both bad” is offered.`,
  ],
  edits: true,
  async run(call) {
    const { options, terminal } = call;
    const verdicts =
      options.verdicts === undefined ? undefined : await readVerdicts(options.verdicts);
    if (options.expected && (verdicts || options.list))
      throw new UsageError('--expected votes by itself: leave --verdicts and --list out.');
    if (!options.list && !options.expected && !verdicts && !process.stdin.isTTY)
      throw new CommandError(
        'NO_TERMINAL',
        'There is no keyboard to vote with: run this in a terminal, or use --verdicts FILE.',
      );
    await using project = await openCoreWithProject({ ...call, edits: !options.list });
    const judged = await findJudged(project.client, positional(call, 1));
    const { id, kind } = judged;
    if (options.as !== undefined && kind === 'evaluation')
      throw new UsageError('--as is for studies: an evaluation has one queue for everybody.');
    const ballot = ballotOf(project.client, judged, options.as);
    if (options.list) return await listPairs(ballot, terminal);
    if (options.expected) {
      if (kind === 'study')
        throw new UsageError(
          '--expected is for evaluations: the report of a study’s pairs counts right answers.',
        );
      const { votes, summary } = await project.client.evaluations.voteByRule({
        id,
        rule: 'expected-answer',
      });
      terminal.result(
        { ...summary, votes },
        `${formatQuantity(votes, 'vote')} by rule stored. They count only while no person has voted.`,
      );
      return;
    }
    const voted = verdicts
      ? await voteFromFile(ballot, verdicts, terminal)
      : await voteByKeys(ballot, call);
    const { document, text } = await ballot.standing();
    terminal.result(
      { ...document, votes: voted },
      `${formatQuantity(voted, 'vote')} stored; ${text}`,
    );
  },
});

/** Prints what a voter would see: two answers by side, no names. Nothing is stored. */
async function listPairs(ballot: Ballot, terminal: Terminal): Promise<void> {
  const total = await ballot.places();
  const comparisons: BlindComparison[] = [];
  for (let ordinal = 0; ordinal < total; ordinal++) {
    const comparison = await ballot.pair(ordinal);
    if (comparison) comparisons.push(comparison);
  }
  const lines = comparisons.map((comparison) => visibleJson(comparison));
  terminal.result({ comparisons }, lines.join('\n'));
}

/** Room for a million verdicts. */
const maxVerdictsBytes = 64 * 1024 * 1024;

const verdictLine = z.object({
  ordinal: z.number().int().min(0),
  verdict: shownVerdictSchema,
  ...voteReasonSchema.shape,
});

/** One blind verdict: which comparison, and which side was better. */
type VerdictLine = z.infer<typeof verdictLine>;

/** Reads a verdict file; every line is checked before any vote is stored. */
async function readVerdicts(file: string): Promise<VerdictLine[]> {
  const bytes = await readInputFile(await existingFile(resolve(file)), maxVerdictsBytes);
  const text = bytes.toString('utf8');
  const verdicts: VerdictLine[] = [];
  for (const [index, line] of text.split('\n').entries())
    if (line.trim() !== '') verdicts.push(parseVerdict(line, `${file}, line ${index + 1}`));
  return verdicts;
}

function parseVerdict(line: string, where: string): VerdictLine {
  try {
    return verdictLine.parse(JSON.parse(line));
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    throw new UsageError(`${where} is not a verdict: ${reason}`);
  }
}

/** Stores every verdict and returns how many; stops at a comparison that does not exist. */
async function voteFromFile(
  ballot: Ballot,
  verdicts: readonly VerdictLine[],
  terminal: Terminal,
): Promise<number> {
  let voted = 0;
  const { length: total } = verdicts;
  for (const { ordinal, ...given } of verdicts) {
    const comparison = await ballot.pair(ordinal);
    if (!comparison)
      throw new CommandError(
        'NOT_FOUND',
        `The comparison with ordinal ${ordinal} does not exist, has no answers yet or one that failed; stored: ${formatQuantity(voted, 'vote')}.`,
        { ordinal, voted },
      );
    await ballot.vote({ comparisonId: comparison.comparisonId, ...given });
    voted++;
    const text = `${formatCount(voted)} of ${formatQuantity(total, 'vote')} stored`;
    terminal.progress('voting', text, { phase: 'voting', done: voted, total });
  }
  return voted;
}
