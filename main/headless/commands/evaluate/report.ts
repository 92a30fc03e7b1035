import { defineCommand, oneOf, overwriteOption, positional } from '../../cli/command.ts';
import { findNamed } from '../../arguments/find-named.ts';
import { openCoreWithProject, placeText } from '../../cli/open-core.ts';

const formats = ['json', 'md', 'html', 'csv'] as const;
const contractFormats = { json: 'json', md: 'markdown', html: 'html', csv: 'csv' } as const;

/** `lima report`: the report of a revealed evaluation. */
export const reportCommand = defineCommand({
  name: 'report',
  usage: `report P.lima EVALUATION [--format ${formats.join('|')}] [--out FILE [--overwrite]] [--reveal]`,
  summary: 'Report an evaluation: counts, win rates, intervals, identities.',
  positionals: { min: 2, max: 2 },
  options: {
    format: {
      type: 'string',
      value: 'FORMAT',
      description: 'md (default), json, html, or csv: the votes',
    },
    out: { type: 'string', value: 'FILE', description: 'write to this file' },
    reveal: { type: 'boolean', description: 'end the blind phase first; votes end for good' },
    ...overwriteOption,
  },
  async run(call) {
    const { options, terminal } = call;
    const fallback = terminal.mode === 'human' ? 'md' : 'json';
    const format = oneOf(options.format ?? fallback, formats, 'The format');
    await using project = await openCoreWithProject(call);
    const { evaluations } = project.client;
    const { id } = findNamed(await evaluations.list(), positional(call, 1), 'evaluation');
    // Before the blind phase ends for good: a file that cannot be written must not cost it.
    await using draft =
      options.out === undefined
        ? null
        : await project.startExport(options.out, options.overwrite ?? false);
    if (options.reveal) await evaluations.reveal({ id });
    const { fileName, text } = await evaluations.report({ id, format: contractFormats[format] });
    if (draft === null) {
      const document: unknown = format === 'json' ? JSON.parse(text) : { format, fileName, text };
      terminal.result(document, text);
      return;
    }
    await placeText(terminal, draft, { format, text });
  },
});
