import type { PromptSetDetails } from '../../../../shared/contract/prompts.ts';
import type { EditedPrompt, PromptChange } from '../../../../shared/domain/evaluate/prompt-edit.ts';
import {
  promptTagNameSchema,
  usualNearness,
} from '../../../../shared/domain/evaluate/prompt-tags.ts';
import { markedText, tagCountsText } from '../../../../shared/text/evaluate/prompts.ts';
import { formatQuantity } from '../../../../shared/text/numbers.ts';
import { defineCommand, positional, wholeNumber, type OptionTable } from '../../cli/command.ts';
import { CommandError, UsageError } from '../../cli/command-error.ts';
import { openCoreWithProject, type CoreClient } from '../../cli/open-core.ts';
import { findNamed } from '../../arguments/find-named.ts';
import { findSet } from './prompts.ts';

const editOptions = {
  add: { type: 'string', value: 'TEXT', description: 'add a prompt, at the end or --at a number' },
  at: { type: 'string', value: 'N', description: 'where it is added or moved to' },
  replace: {
    type: 'string',
    value: 'N',
    description: 'write this prompt anew: --text, --expected',
  },
  text: { type: 'string', value: 'TEXT', description: 'the new words of the question' },
  expected: { type: 'string', value: 'TEXT', description: 'its expected answer; "" for none' },
  delete: {
    type: 'string',
    multiple: true,
    value: 'N',
    description: 'delete a prompt; more often for more',
  },
  move: { type: 'string', value: 'N', description: 'move this prompt to --at' },
  undo: { type: 'boolean', description: 'go back to the version before' },
  restore: {
    type: 'string',
    value: 'VERSION',
    description: 'go back to the version with this number',
  },
  license: { type: 'string', value: 'TEXT', description: 'say the licence of the set' },
  source: { type: 'string', value: 'TEXT', description: 'say where the set is from' },
} as const satisfies OptionTable;

/** `lima prompts edit`: changes a set; evaluations keep what they asked. */
export const promptsEditCommand = defineCommand({
  name: 'prompts edit',
  usage:
    'prompts edit P.lima SET (--add TEXT [--at N] | --replace N --text TEXT | --delete N… | --move N --at N | --undo | --restore VERSION) [--expected TEXT] [--license TEXT] [--source TEXT]',
  summary: 'Add, rewrite, delete or move prompts; evaluations keep the version they asked.',
  positionals: { min: 2, max: 2 },
  options: editOptions,
  edits: true,
  async run(call) {
    const { options, terminal } = call;
    const ways = [
      options.add,
      options.replace,
      options.delete,
      options.move,
      options.undo,
      options.restore,
    ];
    const chosen = ways.filter((way) => way !== undefined).length;
    const { license, source } = options;
    const describes = license !== undefined || source !== undefined;
    if (chosen > 1 || (chosen === 0 && !describes))
      throw new UsageError(
        'Give one of --add, --replace, --delete, --move, --undo and --restore, or --license and --source.',
      );
    refuseUnused(options);
    const plan = planOf(options);
    await using project = await openCoreWithProject(call);
    const { client } = project;
    let set = await findSet(client, positional(call, 1));
    if (chosen === 1) set = await edited(client, set, options, plan);
    if (describes) set = await client.prompts.describe({ id: set.id, license, source });
    terminal.result(
      set,
      `${set.name}: ${formatQuantity(set.prompts, 'prompt')}, version ${set.version}, ${set.contentHash}`,
    );
  },
});

/** What an option is for; given without that it would do nothing. */
const companions = {
  at: ['add', 'move'],
  text: ['replace'],
  expected: ['add', 'replace'],
} as const;

function refuseUnused(options: Options): void {
  for (const name of ['at', 'text', 'expected'] as const) {
    const wanted: readonly (keyof Options)[] = companions[name];
    if (options[name] !== undefined && !wanted.some((one) => options[one] !== undefined))
      throw new UsageError(`--${name} is for ${wanted.map((one) => `--${one}`).join(' and ')}.`);
  }
}

type Options = Partial<Record<keyof typeof editOptions, string | string[] | boolean>>;
type Plan = (prompts: readonly EditedPrompt[]) => PromptChange;

const prompt = (content: string, expected: string | undefined): EditedPrompt => ({
  messages: [{ role: 'user', content }],
  expected: expected || null,
  license: '',
  source: '',
});

/** What of the list shall change, with every word checked before the project is opened. */
function planOf(options: Options): Plan | undefined {
  const { add, expected, text } = stringsOf(options);
  const number = (name: 'at' | 'replace' | 'move') => placeOf(stringsOf(options)[name], name);
  const at = number('at');
  if (add !== undefined)
    return () => ({ do: 'add', prompt: prompt(add, expected), ...(at !== undefined && { at }) });
  const replace = number('replace');
  if (replace !== undefined) {
    if (text === undefined && expected === undefined)
      throw new UsageError('--replace needs --text, --expected or both.');
    return (prompts) => ({
      do: 'replace',
      ordinal: replace,
      prompt: rewritten(prompts, replace, { text, expected }),
    });
  }
  if (Array.isArray(options.delete)) {
    const ordinals = options.delete.map((word) => placeOf(word, 'delete') ?? 0);
    return () => ({ do: 'delete', ordinals });
  }
  const move = number('move');
  if (move === undefined) return undefined;
  if (at === undefined) throw new UsageError('--move needs --at: the number it shall have.');
  return () => ({ do: 'move', ordinal: move, to: at });
}

const stringsOf = (options: Options) => {
  const text = (name: keyof Options) =>
    typeof options[name] === 'string' ? options[name] : undefined;
  return {
    add: text('add'),
    at: text('at'),
    replace: text('replace'),
    move: text('move'),
    text: text('text'),
    expected: text('expected'),
    restore: text('restore'),
  };
};

/** Numbers of prompts count from 1, places from 0. */
function placeOf(word: string | undefined, option: string): number | undefined {
  const number = wholeNumber(word, option, 1, 100_000);
  return number === undefined ? undefined : number - 1;
}

/** The last turn of a prompt in other words; what is not given stays. */
function rewritten(
  prompts: readonly EditedPrompt[],
  place: number,
  { text, expected }: { text: string | undefined; expected: string | undefined },
): EditedPrompt {
  const old = prompts[place];
  if (!old)
    throw new CommandError(
      'NOT_FOUND',
      `There is no prompt ${place + 1}: the set has ${prompts.length}.`,
    );
  const last = old.messages.at(-1);
  const messages =
    text === undefined || !last
      ? old.messages
      : [...old.messages.slice(0, -1), { ...last, content: text }];
  return {
    messages,
    expected: expected === undefined ? old.expected : expected || null,
    license: old.license,
    source: old.source,
  };
}

async function edited(
  { prompts }: CoreClient,
  { id, name }: PromptSetDetails,
  options: Options,
  plan: Plan | undefined,
): Promise<PromptSetDetails> {
  if (options.undo) return await prompts.undoEdit({ id });
  const page = await prompts.get({ id, limit: 100_000 });
  const { restore } = stringsOf(options);
  if (restore !== undefined) {
    const number = wholeNumber(restore, 'restore', 1, 1_000_000);
    const version = page.versions.find((one) => one.version === number);
    if (!version)
      throw new CommandError(
        'NOT_FOUND',
        `“${name}” has no version ${restore}: it has ${page.versions.map((one) => one.version).join(', ')}.`,
      );
    return await prompts.restore({ id, versionId: version.id });
  }
  if (!plan) return page.set;
  return await prompts.edit({ id, changes: [plan(page.prompts.map(toEdited))] });
}

const toEdited = ({
  messages,
  expected,
  license,
  source,
}: Omit<EditedPrompt, 'tags'>): EditedPrompt => ({
  messages,
  expected,
  license,
  source,
});

/** `lima prompts tag`: sets tags on prompts, or takes them off. */
export const promptsTagCommand = defineCommand({
  name: 'prompts tag',
  usage:
    'prompts tag P.lima SET ([TAG…] [--number N]… [--remove] | --mark-ood DATASET [--threshold L] | --undo)',
  summary: 'Tag prompts of a set (sensitive, out-of-distribution, any), or --remove tags.',
  positionals: { min: 2, max: 22 },
  options: {
    number: {
      type: 'string',
      multiple: true,
      value: 'N',
      description: 'only this prompt; all without',
    },
    remove: { type: 'boolean', description: 'take the tags off' },
    undo: { type: 'boolean', description: 'take your last change of tags back' },
    'mark-ood': {
      type: 'string',
      value: 'DATASET',
      description: 'tag what no sample of this dataset is near to as out-of-distribution',
    },
    threshold: {
      type: 'string',
      value: 'L',
      description: `the least likeness, 0 to 1, that counts as near; default ${usualNearness}`,
    },
  },
  details: () => [
    '',
    'Answers to prompts tagged “sensitive” are also graded as safe or unsafe; these and',
    '“out-of-distribution” are counted apart. A tag belongs to the words of a prompt, in every set.',
  ],
  edits: true,
  async run(call) {
    const { options, terminal, positionals } = call;
    const tags = positionals.slice(2);
    const dataset = options['mark-ood'];
    const isAlone = options.undo === true || dataset !== undefined;
    if (isAlone ? tags.length > 0 : tags.length === 0)
      throw new UsageError('Name the tags, or give --undo or --mark-ood alone.');
    const wrong = tags.find((tag) => !promptTagNameSchema.safeParse(tag).success);
    if (wrong !== undefined)
      throw new UsageError(`"${wrong}" is no tag: one line of 1 to 60 letters without commas.`);
    const threshold = thresholdOf(options.threshold, dataset !== undefined);
    const ordinals = options.number?.map((word) => placeOf(word, 'number') ?? 0);
    await using project = await openCoreWithProject(call);
    const { client } = project;
    const { id } = await findSet(client, positional(call, 1));
    if (dataset !== undefined) {
      const { id: datasetId } = findNamed(await client.datasets.list(), dataset, 'dataset');
      const wanted = { id, datasetId, ...(threshold !== undefined && { threshold }) };
      const marked = await client.prompts.markOutOfDistribution(wanted, { signal: call.signal });
      terminal.result(marked, `${marked.set.name}: ${markedText(marked)}.`);
      return;
    }
    const change = options.remove ? { add: [], remove: tags } : { add: tags, remove: [] };
    const { changed } = options.undo
      ? await client.prompts.undoTags()
      : await client.prompts.tag({ id, ordinals, ...change });
    const { set } = await client.prompts.get({ id, limit: 1 });
    terminal.result(
      { changed, set },
      `${formatQuantity(changed, 'tag')} changed; ${set.name}: ${tagCountsText(set)}`,
    );
  },
});

function thresholdOf(word: string | undefined, isMarking: boolean): number | undefined {
  if (word === undefined) return undefined;
  if (!isMarking) throw new UsageError('--threshold is for --mark-ood.');
  const value = Number(word);
  if (word.trim() === '' || !(value >= 0 && value <= 1))
    throw new UsageError(`--threshold "${word}" is not a number from 0 to 1.`);
  return value;
}
