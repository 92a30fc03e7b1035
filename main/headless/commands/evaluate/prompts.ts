import { resolve } from 'node:path';
import type { PromptSetDetails, TaggedPrompt } from '../../../../shared/contract/prompts.ts';
import {
  evidenceText,
  promptTagsText,
  tagCountsText,
} from '../../../../shared/text/evaluate/prompts.ts';
import { previewLine } from '../../../../shared/text/foreign-text.ts';
import { didYouMean } from '../../../../shared/text/near-name.ts';
import { formatQuantity } from '../../../../shared/text/numbers.ts';
import { findNamed } from '../../arguments/find-named.ts';
import { existingFile } from '../../arguments/project-models.ts';
import { noteImport } from '../../arguments/prompt-set.ts';
import { defineCommand, overwriteOption, positional, wholeNumber } from '../../cli/command.ts';
import { CommandError } from '../../cli/command-error.ts';
import { openCoreWithProject, type CoreClient } from '../../cli/open-core.ts';
import { formatTable } from '../../cli/terminal.ts';

/** The prompt set of this name or id, in its newest version. */
export async function findSet(client: CoreClient, nameOrId: string): Promise<PromptSetDetails> {
  return findNamed(await client.prompts.list(), nameOrId, 'prompt set');
}

/** `lima prompts`: lists the prompt sets. */
export const promptsCommand = defineCommand({
  name: 'prompts',
  usage: 'prompts P.lima',
  summary: 'List the prompt sets with their tags, licence and source.',
  positionals: { min: 1, max: 1 },
  options: {},
  async run(call) {
    await using project = await openCoreWithProject(call);
    const sets = await project.client.prompts.list();
    const cells = sets.map((set) => [
      set.name,
      String(set.prompts),
      String(set.version),
      tagCountsText(set),
      set.license || '–',
      set.source || '–',
      set.contentHash.slice(0, 12),
    ]);
    call.terminal.result(
      { promptSets: sets },
      cells.length === 0
        ? 'There is no prompt set yet: lima prompts import P.lima FILE makes one.'
        : formatTable(
            ['prompt set', 'prompts', 'version', 'tags', 'licence', 'source', 'hash'],
            cells,
          ),
    );
  },
});

/** `lima prompts show`: prints the prompts of a set. */
export const promptsShowCommand = defineCommand({
  name: 'prompts show',
  usage: 'prompts show P.lima SET [--tag TAG] [--from N] [--limit N]',
  summary: 'Print the prompts of a set with number, tags and expected answer.',
  positionals: { min: 2, max: 2 },
  options: {
    tag: { type: 'string', value: 'TAG', description: 'only prompts with this tag' },
    from: { type: 'string', value: 'N', description: 'from this number on; default 1' },
    limit: { type: 'string', value: 'N', description: 'at most this many; default 100' },
  },
  async run(call) {
    const { options, terminal } = call;
    const from = (wholeNumber(options.from, 'from', 1, 100_000) ?? 1) - 1;
    const limit = wholeNumber(options.limit, 'limit', 1, 100_000) ?? 100;
    await using project = await openCoreWithProject(call);
    const { id } = await findSet(project.client, positional(call, 1));
    const page = await project.client.prompts.get({ id, from, limit, tag: options.tag });
    requireTagOf(page.set, options.tag);
    const lines = [describeSet(page.set), ...page.prompts.map(describePrompt)];
    terminal.result(page, lines.join('\n\n'));
  },
});

/** Refuses a tag that no prompt of a set has: a misspelt one shows nothing. */
function requireTagOf(set: PromptSetDetails, tag: string | undefined): void {
  const tags = set.tagCounts.map((one) => one.tag);
  if (tag === undefined || tags.includes(tag)) return;
  const which = tags.length === 0 ? 'none has any.' : `the tags are ${tags.join(', ')}.`;
  throw new CommandError(
    'NOT_FOUND',
    `No prompt of "${set.name}" has the tag "${tag}": ${which}${didYouMean(tag, tags)}`,
    { tags },
  );
}

function describeSet(set: PromptSetDetails): string {
  const { name, prompts, version, license, source, contentHash } = set;
  return [
    `${name}: ${formatQuantity(prompts, 'prompt')}, version ${version}, ${contentHash}`,
    `tags: ${tagCountsText(set)}`,
    ...(license === '' ? [] : [`licence: ${license}`]),
    ...(source === '' ? [] : [`source: ${source}`]),
  ].join('\n');
}

function describePrompt({ ordinal, messages, expected, tags, license, source }: TaggedPrompt) {
  const [only] = messages;
  const words =
    messages.length === 1 && only?.role === 'user'
      ? only.content
      : messages.map(({ role, content }) => `${role}: ${content}`).join('\n');
  const facts = [
    ...(tags.length === 0 ? [] : [`[${promptTagsText(tags)}]`]),
    ...tags.flatMap(({ evidence }) => (evidence ? [evidenceText(evidence)] : [])),
    ...(expected === null ? [] : [`expected: ${previewLine(expected, 200)}`]),
    ...(license === '' ? [] : [`licence: ${license}`]),
    ...(source === '' ? [] : [`source: ${source}`]),
  ];
  return [`${ordinal + 1}. ${words}`, ...facts].join('\n   ');
}

/** `lima prompts import`: reads a file as a set. */
export const promptsImportCommand = defineCommand({
  name: 'prompts import',
  usage: 'prompts import P.lima FILE [--name NAME] [--license TEXT] [--source TEXT] [--tag TAG]…',
  summary: 'Read a file as a prompt set: JSON Lines, JSON, CSV, or one prompt a line.',
  positionals: { min: 2, max: 2 },
  options: {
    name: { type: 'string', value: 'NAME', description: 'what it is called; default: as the file' },
    license: { type: 'string', value: 'TEXT', description: 'the licence of all prompts' },
    source: { type: 'string', value: 'TEXT', description: 'where all prompts are from' },
    tag: { type: 'string', multiple: true, value: 'TAG', description: 'a tag for every prompt' },
  },
  details: () => [
    '',
    'Fields beside the prompt: expected (reference, output, answer), tags (tag, category, dataset,',
    'sensitive: true), license, source. A tag belongs to the words of a prompt in every set.',
  ],
  edits: true,
  async run(call) {
    const { options, terminal, signal } = call;
    const path = resolve(await existingFile(positional(call, 1)));
    await using project = await openCoreWithProject(call);
    const { name, license, source, tag: tags = [] } = options;
    const input = { path, name, license, source, tags };
    const imported = await project.client.prompts.import(input, { signal });
    noteImport(terminal, positional(call, 1), imported);
    terminal.result(imported, describeSet(imported.set));
  },
});

/** `lima prompts export`: writes a set as JSON Lines. */
export const promptsExportCommand = defineCommand({
  name: 'prompts export',
  usage: 'prompts export P.lima SET FILE [--overwrite]',
  summary: 'Write a set as JSON Lines with its tags, expected answers, licences and sources.',
  positionals: { min: 3, max: 3 },
  options: overwriteOption,
  async run(call) {
    await using project = await openCoreWithProject(call);
    const { id } = await findSet(project.client, positional(call, 1));
    const path = resolve(positional(call, 2));
    const overwrite = call.options.overwrite ?? false;
    const written = await project.client.prompts.export({ id, path, overwrite });
    call.terminal.result(
      written,
      `${formatQuantity(written.prompts, 'prompt')} written to ${written.path}.`,
    );
  },
});
