import { systemKeySchema } from '../../../../shared/domain/evaluate/evaluation.ts';
import { unfinishedText } from '../../../../shared/report/study/study-words.ts';
import { ownResultsText } from '../../../../shared/text/evaluate/voting.ts';
import { shellWord } from '../../../../shared/text/foreign-text.ts';
import { UsageError } from '../../cli/command-error.ts';
import { type Call, defineCommand, oneOf, overwriteOption, positional } from '../../cli/command.ts';
import { findJudged, type Judged } from '../../arguments/judged.ts';
import { existingModel, modelInFile } from '../../arguments/project-models.ts';
import type { Terminal } from '../../cli/terminal.ts';
import { openCoreWithProject, placeText, type CoreClient } from '../../cli/open-core.ts';
import {
  type ByMeaning,
  lostComparisons,
  lostDocument,
  lostPrompts,
  lostText,
} from './lost-comparisons.ts';
import { reportFigure } from './report-figures.ts';

const formats = ['json', 'md', 'html', 'csv', 'svg'] as const;
const contractFormats = { json: 'json', md: 'markdown', html: 'html', csv: 'csv' } as const;

/** `lima report`: the report of a revealed evaluation or study. */
export const reportCommand = defineCommand({
  name: 'report',
  usage: `report P.lima EVALUATION|STUDY [--format ${formats.join('|')} [--figure NAME]] [--out FILE [--overwrite]] [--reveal | --own [--as NAME]] [--lost [--system a|b] [--embed-with MODEL]]`,
  summary: 'Report an evaluation or a study: counts, win rates, intervals, identities.',
  positionals: { min: 2, max: 2 },
  options: {
    format: {
      type: 'string',
      value: 'FORMAT',
      description: 'md (default), json, html, csv: the votes, or svg: a figure',
    },
    figure: {
      type: 'string',
      value: 'NAME',
      description:
        'with --format svg: preferences (default), win-rates, levels, grades; of a study also ratings and preferences-judge-1, …',
    },
    out: { type: 'string', value: 'FILE', description: 'write to this file' },
    lost: {
      type: 'boolean',
      description:
        'list the comparisons that one system lost, each with the accepted samples nearest to its prompt; --out writes these prompts as samples to be answered',
    },
    system: {
      type: 'string',
      value: 'a|b',
      description: 'which system lost; default: the tuned one, A where both are',
    },
    'embed-with': {
      type: 'string',
      value: 'FILE.gguf',
      description: 'with --lost: by the vectors of this model instead of the words they share',
    },
    own: {
      type: 'boolean',
      description:
        'say what your own votes say, once you voted on all that is yours; it stays blind for everybody else, and you vote no more',
    },
    as: { type: 'string', value: 'NAME', description: 'of a study, with --own: this annotator' },
    reveal: { type: 'boolean', description: 'end the blind phase first; votes end for good' },
    ...overwriteOption,
  },
  async run(call) {
    const { options, terminal } = call;
    const fallback = terminal.mode === 'human' ? 'md' : 'json';
    const format = oneOf(options.format ?? fallback, formats, 'The format');
    if (options.lost && options.format !== undefined)
      throw new UsageError('--lost has no --format: it is text, or one document with --json.');
    if (options.figure !== undefined && format !== 'svg')
      throw new UsageError('--figure says what is drawn: give it with --format svg.');
    if (options.system !== undefined && !options.lost)
      throw new UsageError('--system says which system lost: give it with --lost.');
    if (options['embed-with'] !== undefined && !options.lost)
      throw new UsageError('--embed-with says how samples are found: give it with --lost.');
    if (options.own && (options.reveal || options.lost || options.out !== undefined))
      throw new UsageError('--own tells one person alone: leave --reveal, --lost and --out out.');
    if (options.as !== undefined && !options.own)
      throw new UsageError('--as says whose own votes: give it with --own.');
    const system =
      options.system === undefined
        ? undefined
        : oneOf(options.system, systemKeySchema.options, 'The system');
    await using project = await openCoreWithProject(call);
    const { client } = project;
    const { id, kind } = await findJudged(client, positional(call, 1));
    if (options.own) {
      const own =
        kind === 'study'
          ? await client.studies.revealOwn({ id, author: options.as })
          : await client.evaluations.revealOwn({ id });
      terminal.result(own, ownResultsText(own));
      return;
    }
    // Before the blind phase ends for good: a file that cannot be written must not cost it.
    await using draft =
      options.out === undefined
        ? null
        : await project.startExport(options.out, options.overwrite ?? false);
    if (options.lost && kind === 'study')
      throw new UsageError('--lost is for one pair: name an evaluation of the revealed study.');
    if (options.reveal && kind === 'study') await revealStudy(client, id, terminal);
    else if (options.reveal) await client.evaluations.reveal({ id });
    if (options.lost) {
      const by = await meaningOf(call, client);
      const found = await lostComparisons(client, id, { named: system, by });
      if (draft !== null)
        await placeText(terminal, draft, { format: 'messages', text: lostPrompts(found) });
      else terminal.result(lostDocument(found), lostText(found, shellWord(positional(call, 0))));
      return;
    }
    const { fileName, text } = await written(
      client,
      { kind, id },
      { format, figure: options.figure },
    );
    if (draft === null) {
      const document: unknown = format === 'json' ? JSON.parse(text) : { format, fileName, text };
      terminal.result(document, text);
      return;
    }
    await placeText(terminal, draft, { format, text });
  },
});

/** The report in a format, or a figure of it, with the name of a file for it. */
async function written(
  client: CoreClient,
  { kind, id }: Pick<Judged, 'kind' | 'id'>,
  { format, figure }: { format: (typeof formats)[number]; figure: string | undefined },
): Promise<{ fileName: string; text: string }> {
  if (format === 'svg') {
    const { name, text } = await reportFigure(client, { kind, id }, figure);
    return { fileName: `${name}.svg`, text };
  }
  const wanted = { id, format: contractFormats[format] };
  return await (kind === 'study' ? client.studies : client.evaluations).report(wanted);
}

/** The model that samples are embedded with, where one is named: a report adds no file to the project. */
async function meaningOf(
  {
    options,
    terminal,
    signal,
  }: Pick<Call, 'terminal' | 'signal'> & {
    options: { 'embed-with'?: string | undefined };
  },
  client: CoreClient,
): Promise<ByMeaning | undefined> {
  const file = options['embed-with'];
  if (file === undefined) return undefined;
  const listed = await client.models.list();
  const known =
    listed.find(({ id, name }) => id === file || name === file) ??
    (await modelInFile(listed, file));
  const model = known ? { modelId: known.id } : { path: await existingModel(file) };
  return { model, terminal, signal };
}

/** Says who has not finished, and reveals: the person asked for it. */
async function revealStudy(client: CoreClient, id: string, terminal: Terminal): Promise<void> {
  const text = unfinishedText(await client.studies.get({ id }));
  if (text !== '') terminal.note(text);
  await client.studies.reveal({ id });
}
