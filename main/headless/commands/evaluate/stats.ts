import { resolve } from 'node:path';
import { powerText } from '../../../../shared/report/power-text.ts';
import {
  voteFileDocument,
  voteFileText,
} from '../../../../shared/text/evaluate/vote-statistics.ts';
import { defineCommand, positional } from '../../cli/command.ts';
import { UsageError } from '../../cli/command-error.ts';
import { openCore } from '../../cli/open-core.ts';
import { voteFileFigure } from './report-figures.ts';

/** `lima stats`: what a table of votes says, without a project. */
export const statsCommand = defineCommand({
  name: 'stats',
  usage: 'stats FILE [--author NAME]… [--figure NAME]',
  summary: 'Say what a table of votes says: win rates, intervals, ratings, agreement.',
  positionals: { min: 1, max: 1 },
  options: {
    author: {
      type: 'string',
      multiple: true,
      value: 'NAME',
      description: 'count the votes of this author only; may be given more than once',
    },
    figure: {
      type: 'string',
      value: 'NAME',
      description: 'print a figure as SVG instead: preferences, win-rates, ratings',
    },
  },
  details: () => [
    'FILE is AlpacaEval’s annotations.json (preference 1 to 2, generator_2 against generator_1; a bare',
    'array, or one under “annotations” as leaderboards export it),',
    'a report of lima as JSON, or a table as CSV, TSV, JSON or JSON Lines with system_a, system_b and',
    'verdict (a, b, tie) or preference_a (0 to 1); Chatbot Arena’s model_a, model_b and winner do, too.',
    'Further fields: prompt, author, author_kind, output_a and output_b or their lengths in characters,',
    'characters_a and characters_b. A row with system and grade (excellent, pass, fail, or 1 to 6) grades',
    'one answer; a field dialogue clusters its turns. With --json every rate is in percent.',
  ],
  async run(call) {
    await using core = await openCore();
    const file = await core.client.statistics.ofFile(
      { path: resolve(positional(call, 0)), authors: call.options.author ?? [] },
      { signal: call.signal },
    );
    if (call.options.figure === undefined)
      return call.terminal.result(voteFileDocument(file), voteFileText(file));
    const drawn = voteFileFigure(file, call.options.figure);
    call.terminal.result({ format: 'svg', ...drawn }, drawn.text);
  },
});

/** `lima stats power`: how many prompts it takes to see a difference. */
export const statsPowerCommand = defineCommand({
  name: 'stats power',
  usage: 'stats power [--prompts N] [--difference POINTS] [--ties PERCENT] [--power PERCENT]',
  summary: 'Say how many prompts a difference needs, or what so many prompts can show.',
  positionals: { min: 0, max: 0 },
  options: {
    prompts: { type: 'string', value: 'N', description: 'prompts in the set; default: 300' },
    difference: {
      type: 'string',
      value: 'POINTS',
      description: 'wins minus losses that are to be found, in points of all prompts; default: 10',
    },
    ties: { type: 'string', value: 'PERCENT', description: 'ties that are expected; default: 20' },
    power: {
      type: 'string',
      value: 'PERCENT',
      description: 'wanted chance of finding it; default: 80',
    },
  },
  async run({ options, terminal }) {
    const plan = {
      prompts: numberOf('prompts', options.prompts ?? '300'),
      difference: numberOf('difference', options.difference ?? '10'),
      ties: numberOf('ties', options.ties ?? '20'),
      power: numberOf('power', options.power ?? '80'),
    };
    const told = powerText(plan);
    if ('problem' in told) throw new UsageError(told.problem);
    const { lines, ...figures } = told;
    terminal.result({ ...plan, ...figures }, lines.join('\n'));
  },
});

function numberOf(name: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value)) return value;
  throw new UsageError(`--${name} "${text}" is not a number.`);
}
