import type { DeletionPlan, Dependents, DiskPart, DiskUsage } from '../../domain/deletion.ts';
import type { LabelledThing } from '../../domain/label.ts';
import { previewLine } from '../foreign-text.ts';
import { formatBytes, formatQuantity } from '../numbers.ts';

/** What each kind of thing is called. */
export const thingNouns: Record<LabelledThing, string> = {
  run: 'run',
  checkpoint: 'checkpoint',
  dataset: 'dataset',
  'prompt-set': 'prompt set',
  evaluation: 'evaluation',
  study: 'study',
  model: 'model',
  sample: 'sample',
  conversation: 'conversation',
  answers: 'set of answers',
};

const counted: Record<Dependents['what'], string> = {
  run: 'run',
  checkpoint: 'checkpoint',
  dataset: 'dataset',
  evaluation: 'evaluation',
  vote: 'vote',
  grade: 'grade',
  'chat-answer': 'chat answer',
};

const named = ({ what, total, names }: Dependents): string => {
  const quantity = formatQuantity(total, counted[what]);
  if (names.length === 0) return quantity;
  const shown = names.slice(0, 3).map((name) => `“${previewLine(name, 40)}”`);
  const more = total > shown.length ? ` and ${total - shown.length} more` : '';
  return `${quantity} (${shown.join(', ')}${more})`;
};

const stays = (dependents: Dependents, one: string, many: string) =>
  `${named(dependents)} ${dependents.total === 1 ? one : many}`;

const goes = (dependents: Dependents) => stays(dependents, 'goes with it.', 'go with it.');

const chatStays = (dependents: Dependents) =>
  stays(dependents, 'stays as it is.', 'stay as they are.');

/** What becomes of those that refer to a thing, by what the thing is. */
const becomes: Record<
  LabelledThing,
  Partial<Record<Dependents['what'], (dependents: Dependents) => string>>
> = {
  run: {
    checkpoint: goes,
    evaluation: (all) =>
      stays(
        all,
        'keeps its answers and votes, and says that the run was deleted.',
        'keep their answers and votes, and say that the run was deleted.',
      ),
    'chat-answer': chatStays,
  },
  checkpoint: {
    evaluation: (all) =>
      stays(
        all,
        'keeps its answers and votes; no more can be generated.',
        'keep their answers and votes; no more can be generated.',
      ),
    'chat-answer': chatStays,
  },
  dataset: {
    run: (all) =>
      stays(
        all,
        'was trained on it and keeps its samples until it is deleted, too.',
        'were trained on it and keep its samples until they are deleted, too.',
      ),
  },
  'prompt-set': {
    evaluation: (all) =>
      stays(
        all,
        'asks it and keeps its prompts until it is deleted, too.',
        'ask it and keep its prompts until they are deleted, too.',
      ),
  },
  evaluation: { vote: goes },
  study: { evaluation: goes, vote: goes },
  model: {
    run: (all) => stays(all, 'stays.', 'stay.'),
    evaluation: (all) => stays(all, 'stays.', 'stay.'),
  },
  sample: {
    dataset: (all) => stays(all, 'keeps it as it was frozen.', 'keep it as it was frozen.'),
  },
  conversation: { 'chat-answer': goes },
  answers: {
    evaluation: (all) =>
      stays(
        all,
        'compares them and keeps those it needs until it is deleted, too.',
        'compare them and keep those they need until they are deleted, too.',
      ),
  },
};

const meaning: Record<LabelledThing, string> = {
  run: 'Its settings, curves and answers to probe prompts go.',
  checkpoint: 'Its file goes. The run keeps its losses, and says that the file was deleted.',
  dataset: 'Its samples stay in Curate; only the frozen list goes.',
  'prompt-set': 'The file that it was imported from is not touched.',
  evaluation: 'Its answers go, unless another evaluation has them.',
  study: 'Its comparisons go, with those answers that no other evaluation has.',
  model: 'It leaves the project. The GGUF file stays where it is; add it again to have it back.',
  sample: 'It is moved to the bin, out of every list and dataset to come; it can be restored.',
  conversation: 'What was said in it goes.',
  answers: 'The files that they were imported from are not touched.',
};

/** The question before something is deleted. */
export const deletionQuestion = ({ thing, name }: DeletionPlan): string =>
  thing === 'model'
    ? `Remove “${previewLine(name, 60)}” from the project?`
    : thing === 'sample'
      ? `Move the ${previewLine(name, 60)} to the bin?`
      : `Delete the ${thingNouns[thing]} “${previewLine(name, 60)}”?`;

/** What the button says that does it. */
export const deletionVerb = ({ thing }: Pick<DeletionPlan, 'thing'>): string =>
  thing === 'model' ? 'Remove' : thing === 'sample' ? 'Move to bin' : 'Delete';

/** What deleting does, a sentence each: what goes, what becomes of what depends on it, the disk. */
export function deletionLines({
  thing,
  dependents,
  freesBytes,
  usedByJob,
}: DeletionPlan): string[] {
  if (usedByJob !== null)
    return [
      `The job “${previewLine(usedByJob, 60)}” works with it: wait for it, or cancel it under Jobs.`,
    ];
  const lines = dependents.flatMap((each) => becomes[thing][each.what]?.(each) ?? []);
  const disk = freesBytes > 0 ? [`Frees ${formatBytes(freesBytes)} of the disk.`] : [];
  const canComeBack = thing === 'model' || thing === 'sample';
  const isFinal = canComeBack ? [] : ['This cannot be undone, except by a backup.'];
  return [meaning[thing], ...lines, ...disk, ...isFinal];
}

const partNames: Record<DiskPart, string> = {
  project: 'Project file',
  adapters: 'Adapters and models of runs',
  resume: 'States to resume runs from',
  backups: 'Backups',
  leftovers: 'Files of nothing any more',
  log: 'Log of the program',
};

/** What a part of the disk is called. */
export const diskPartName = (part: DiskPart): string => partNames[part];

/** The disk that a project takes, for a terminal. */
export function describeDisk(usage: DiskUsage): string {
  const lines = usage.parts.map(
    ({ part, bytes, path }) => `${formatBytes(bytes).padStart(10)}  ${partNames[part]} (${path})`,
  );
  lines.push(`${formatBytes(usage.totalBytes).padStart(10)}  in all`);
  if (usage.runs.length > 0) lines.push('', 'By run:');
  for (const { name, adapterBytes, resumeBytes } of usage.runs) {
    const resume = resumeBytes > 0 ? `, ${formatBytes(resumeBytes)} of it to resume` : '';
    const all = formatBytes(adapterBytes + resumeBytes).padStart(10);
    lines.push(`${all}  ${previewLine(name, 60)}${resume}`);
  }
  if (usage.leftovers.length > 0)
    lines.push('', `${formatBytes(usage.freeableBytes)} can be freed safely:`);
  for (const { path, bytes, why } of usage.leftovers)
    lines.push(`${formatBytes(bytes).padStart(10)}  ${path} (${why})`);
  return lines.join('\n');
}
