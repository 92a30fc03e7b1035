import {
  comparisonFormats,
  fewestCompared,
  mostCompared,
  type RunComparison,
} from '../../../../shared/domain/runs/run-comparison.ts';
import {
  comparisonFiles,
  dialogueStepText,
  resultRows,
} from '../../../../shared/text/run-comparison.ts';
import { findNamed } from '../../arguments/find-named.ts';
import { defineCommand, oneOf, overwriteOption } from '../../cli/command.ts';
import { UsageError } from '../../cli/command-error.ts';
import { openCoreWithProject, placeText } from '../../cli/open-core.ts';
import { formatTable } from '../../cli/terminal.ts';

const formats = ['table', ...comparisonFormats] as const;

/** `lima runs compare`: results and differing settings of a few runs side by side. */
export const runsCompareCommand = defineCommand({
  name: 'runs compare',
  usage: `runs compare P.lima RUN RUN… [--format ${formats.join('|')}] [--out FILE [--overwrite]]`,
  summary: 'Compare runs: results, votes, and the settings in which they differ.',
  positionals: { min: 1 + fewestCompared, max: 1 + mostCompared },
  options: {
    format: {
      type: 'string',
      value: 'FORMAT',
      description: 'table (default), csv: a line per run, curves-csv: a line per point, or json',
    },
    out: { type: 'string', value: 'FILE', description: 'write to this file' },
    ...overwriteOption,
  },
  async run(call) {
    const { options, terminal, positionals } = call;
    const fallback = terminal.mode === 'human' ? 'table' : 'json';
    const format = oneOf(options.format ?? fallback, formats, 'The format');
    const wanted = positionals.slice(1);
    if (new Set(wanted).size < wanted.length)
      throw new UsageError('A run is compared with other runs: name each once.');
    await using project = await openCoreWithProject(call);
    const list = await project.client.runs.list();
    const ids = wanted.map((name) => findNamed(list, name, 'run').id);
    await using draft =
      options.out === undefined
        ? null
        : await project.startExport(options.out, options.overwrite ?? false);
    const comparison = await project.client.runs.compare({ ids });
    const text =
      format === 'table' ? comparisonText(comparison) : comparisonFiles[format].write(comparison);
    if (draft === null) {
      const document = format === 'json' || format === 'table' ? comparison : { format, text };
      terminal.result(document, text);
      return;
    }
    await placeText(terminal, draft, { format, text });
  },
});

function comparisonText(comparison: RunComparison): string {
  const { runs, settings, dialogueStep } = comparison;
  const names = runs.map(({ name }) => name);
  // What has several lines stands in as many rows, the label at the first.
  const results = resultRows.flatMap(({ label, textOf }) => {
    const cells = runs.map((run) => textOf(run).split('\n'));
    const lines = Math.max(...cells.map(({ length }) => length));
    if (cells.every(([first]) => first === '')) return [];
    return Array.from({ length: lines }, (_, line) => [
      line === 0 ? label : '',
      ...cells.map((cell) => cell[line] ?? ''),
    ]);
  });
  const differences = settings.map(({ key, values }) => [
    key,
    ...values.map((value) => value ?? 'not read'),
  ]);
  const problems = runs.flatMap((run) => run.problems.map((why) => `${run.name}: ${why}`));
  return [
    formatTable(['result', ...names], results),
    '',
    differences.length === 0
      ? 'They were started with the same settings.'
      : formatTable(['setting', ...names], differences),
    ...problems,
    ...(dialogueStep === null
      ? []
      : ['', `${dialogueStepText(comparison)} Compare them in dialogues: lima dialogues.`]),
  ].join('\n');
}
