import { deletionLines, describeDisk, thingNouns } from '../../../shared/text/project/deleting.ts';
import { formatBytes } from '../../../shared/text/numbers.ts';
import type { LabelledThing } from '../../../shared/domain/label.ts';
import { findConversation } from '../arguments/find-conversation.ts';
import { findNamed } from '../arguments/find-named.ts';
import { findModelNamed, resolveCheckpoint } from '../arguments/project-models.ts';
import { defineCommand, positional, type Call } from '../cli/command.ts';
import { CommandError, UsageError } from '../cli/command-error.ts';
import { openCoreWithProject, type CoreClient } from '../cli/open-core.ts';

/** How things of each kind are found by name or id. */
const finders: Record<string, (client: CoreClient, reference: string) => Promise<ThingFound>> = {
  run: async (client, reference) => findNamed(await client.runs.list(), reference, 'run'),
  checkpoint: async (client, reference) => {
    const { id, runName, epoch } = resolveCheckpoint(
      await client.runs.list(),
      reference,
      // What is deleted is never the picked one by default.
      (kept) => kept.at(-1),
    );
    return { id, name: `${runName}@${epoch}` };
  },
  dataset: async (client, reference) =>
    findNamed(await client.datasets.list(), reference, 'dataset'),
  'prompt-set': async (client, reference) =>
    findNamed(await client.prompts.list(), reference, 'prompt set'),
  evaluation: async (client, reference) =>
    findNamed(await client.evaluations.list(), reference, 'evaluation'),
  study: async (client, reference) => findNamed(await client.studies.list(), reference, 'study'),
  model: async (client, reference) => findModelNamed(await client.models.list(), reference),
  conversation: findConversation,
  answers: async (client, reference) =>
    findNamed(await client.answers.list(), reference, 'set of answers'),
};

interface ThingFound {
  id: string;
  name: string;
}

const kinds = Object.keys(finders);
const isKind = (word: string): word is LabelledThing => word in finders;

/** The kind that a command names, before the project is opened. */
function kindOf(call: Pick<Call, 'positionals'>): LabelledThing {
  const word = call.positionals[1] ?? '';
  if (!isKind(word)) throw new UsageError(`"${word}" is none of ${kinds.join(', ')}.`);
  return word;
}

async function findSample(client: CoreClient, reference: string) {
  const { id, seq } = await client.samples.get({ id: reference });
  return { thing: 'sample' as const, id, name: `#${seq}` };
}

async function findThing(client: CoreClient, thing: LabelledThing, reference: string) {
  const found = await finders[thing]?.(client, reference);
  if (!found) throw new CommandError('NOT_FOUND', `There is no ${thing} "${reference}".`, {});
  return { thing, id: found.id, name: found.name };
}

const kindDetails = () => [
  '',
  `KIND is one of ${kinds.join(', ')}; NAME is a name or an id, of a checkpoint RUN@EPOCH.`,
];

/** `lima rename`: gives a thing of a project another name. */
export const renameCommand = defineCommand({
  name: 'rename',
  usage: 'rename P.lima KIND NAME NEW-NAME',
  summary: 'Give a run, dataset, evaluation, model, conversation… another name.',
  positionals: { min: 4, max: 4 },
  options: {},
  edits: true,
  details: kindDetails,
  async run(call) {
    const kind = kindOf(call);
    await using project = await openCoreWithProject(call);
    const { thing, id } = await findThing(project.client, kind, positional(call, 2));
    const name = positional(call, 3).trim();
    const before = await project.client.things.label({ thing, id, name });
    call.terminal.result(
      { thing, id, name, before: before.name },
      `The ${thingNouns[thing]} “${before.name}” is “${name}” now.`,
    );
  },
});

/** `lima note`: shows or sets the note of a thing. */
export const noteCommand = defineCommand({
  name: 'note',
  usage: 'note P.lima KIND NAME [TEXT]',
  summary: 'Show the note of a thing, or set it; an empty text takes it away.',
  positionals: { min: 3, max: 4 },
  options: {},
  details: kindDetails,
  async run(call) {
    const kind = kindOf(call);
    const note = call.positionals[3];
    await using project = await openCoreWithProject({ ...call, edits: note !== undefined });
    const { thing, id } = await findThing(project.client, kind, positional(call, 2));
    if (note !== undefined) await project.client.things.label({ thing, id, note });
    const labels = await project.client.things.labels({ thing });
    const stored = labels[id]?.note ?? '';
    call.terminal.result({ thing, id, note: stored }, stored === '' ? 'No note.' : stored);
  },
});

/** `lima tag`: shows, adds or takes away tags of a thing. */
export const tagCommand = defineCommand({
  name: 'tag',
  usage: 'tag P.lima KIND NAME [TAG…] [--remove]',
  summary: 'Show the tags of a thing, or add some; with --remove take them away.',
  positionals: { min: 3, max: 23 },
  options: { remove: { type: 'boolean', description: 'take these tags away' } },
  details: kindDetails,
  async run(call) {
    const kind = kindOf(call);
    const given = call.positionals.slice(3);
    if (call.options.remove && given.length === 0)
      throw new UsageError('Name the tags that --remove shall take away.');
    await using project = await openCoreWithProject({ ...call, edits: given.length > 0 });
    const { thing, id } = await findThing(project.client, kind, positional(call, 2));
    const known = (await project.client.things.labels({ thing }))[id]?.tags ?? [];
    const tags = call.options.remove
      ? known.filter((tag) => !given.includes(tag))
      : [...known, ...given];
    if (given.length > 0) await project.client.things.label({ thing, id, tags });
    const stored = (await project.client.things.labels({ thing }))[id]?.tags ?? [];
    call.terminal.result({ thing, id, tags: stored }, stored.join(', ') || 'No tags.');
  },
});

/** `lima delete`: says what deleting a thing does, and with `--yes` does it. */
export const deleteCommand = defineCommand({
  name: 'delete',
  usage: 'delete P.lima KIND NAME [--yes]',
  summary: 'Say what deleting a thing does and what depends on it; --yes deletes it.',
  positionals: { min: 3, max: 3 },
  options: { yes: { type: 'boolean', description: 'delete it' } },
  details: () => [
    ...kindDetails(),
    'KIND sample and an id move a sample to the bin, from which it can be restored.',
  ],
  async run(call) {
    const isSample = call.positionals[1] === 'sample';
    const kind = isSample ? 'sample' : kindOf(call);
    const isSure = call.options.yes ?? false;
    await using project = await openCoreWithProject({ ...call, edits: isSure });
    const { client } = project;
    const { thing, id, name } = isSample
      ? await findSample(client, positional(call, 2))
      : await findThing(client, kind, positional(call, 2));
    const plan = await client.things.planDeletion({ thing, id });
    if (!isSure) {
      const lines = [...deletionLines(plan), 'Nothing was deleted: add --yes to do it.'];
      return call.terminal.result({ ...plan, deleted: false }, lines.join('\n'));
    }
    const { freedBytes } = await client.things.delete({ thing, id });
    call.terminal.result(
      { ...plan, deleted: true, freedBytes },
      isSample
        ? `The sample ${name} is in the bin.`
        : `The ${thingNouns[thing]} “${name}” is deleted; ${formatBytes(freedBytes)} freed.`,
    );
  },
});

/** `lima disk`: what a project takes on the disk. */
export const diskCommand = defineCommand({
  name: 'disk',
  usage: 'disk P.lima [--free]',
  summary: 'Show what a project takes on the disk, by part and by run, and what can be freed.',
  positionals: { min: 1, max: 1 },
  options: { free: { type: 'boolean', description: 'remove files of nothing any more' } },
  async run(call) {
    const isFreeing = call.options.free ?? false;
    await using project = await openCoreWithProject({ ...call, edits: isFreeing });
    if (!isFreeing) {
      const usage = await project.client.disk.usage();
      return call.terminal.result(usage, describeDisk(usage));
    }
    const freed = await project.client.disk.removeLeftovers();
    call.terminal.result(freed, `${formatBytes(freed.freedBytes)} freed.`);
  },
});
