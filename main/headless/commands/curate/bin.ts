import type { BinMove } from '../../../../shared/domain/sample.ts';
import { binPlanLines, emptiedText, emptyBinLines } from '../../../../shared/text/bin.ts';
import { formatQuantity } from '../../../../shared/text/numbers.ts';
import { defineCommand, oneOf, type Call, type OptionTable } from '../../cli/command.ts';
import { UsageError } from '../../cli/command-error.ts';
import { openCoreWithProject, type CoreClient } from '../../cli/open-core.ts';
import { waitForJob } from '../../cli/wait-for-job.ts';
import { changesOf, selectionOf } from './review.ts';

const deeds = ['move', 'restore', 'empty'] as const;

const options = {
  id: { type: 'string', multiple: true, value: 'ID', description: 'these samples' },
  query: { type: 'string', value: 'TEXT', description: 'every sample that contains these words' },
  all: { type: 'boolean', description: 'every sample' },
  status: { type: 'string', value: 'STATUS', description: 'only those now in this status' },
  yes: { type: 'boolean', description: 'empty the bin' },
} as const satisfies OptionTable;

type BinCall = Call<typeof options>;

/** `lima bin`: what is in the bin of samples; moves samples there and back; empties it. */
export const binCommand = defineCommand({
  name: 'bin',
  usage:
    'bin P.lima [move|restore (--id ID… | --query TEXT | --all) [--status STATUS] | empty [--yes]]',
  summary: 'Show the bin of samples, move samples there or back, or empty it.',
  details: () => [
    'move and restore are undone with "review P.lima undo". Frozen datasets keep their samples.',
    'empty says what goes, and deletes it for good with --yes.',
  ],
  positionals: { min: 1, max: 10_000 },
  options,
  async run(call) {
    const [, word, ...words] = call.positionals;
    const deed = word === undefined ? undefined : oneOf(word, deeds, 'What to do');
    const { yes = false, id, query, all, status } = call.options;
    if (deed === 'move' || deed === 'restore')
      return await moveSamples(call, deed === 'move' ? 'bin' : 'restore', words);
    const choice = [id, query, all, status].filter((value) => value !== undefined);
    if (choice.length > 0 || words.length > 0)
      throw new UsageError('Samples are named with move and restore alone.');
    if (yes && deed !== 'empty') throw new UsageError('--yes goes with empty.');
    await using project = await openCoreWithProject({ ...call, edits: yes });
    await (yes ? emptyBin(project.client, call) : showBin(project.client, call));
  },
});

async function moveSamples(call: BinCall, move: BinMove, words: string[]): Promise<void> {
  const selection = selectionOf(call.options, words);
  await using project = await openCoreWithProject({ ...call, edits: true });
  const { client } = project;
  const plan = move === 'bin' ? await client.bin.plan({ selection }) : undefined;
  for (const line of plan ? binPlanLines(plan) : []) call.terminal.note(line);
  const made = await client.bin.move({ move, selection });
  const { batchId, changed } = await changesOf(client, made, call);
  const { samples: inBin } = await client.bin.count();
  const done = move === 'bin' ? 'moved to the bin' : 'restored';
  call.terminal.result(
    {
      move,
      changed,
      batchId,
      inBin,
      ...(plan && { frozen: plan.frozen, datasets: plan.datasets }),
    },
    `${formatQuantity(changed ?? 0, 'sample')} ${done}; ${formatQuantity(inBin, 'sample')} in the bin.`,
  );
}

async function showBin(client: CoreClient, call: BinCall): Promise<void> {
  const plan = await client.bin.planEmpty();
  const { samples } = await client.bin.count();
  const lines = [
    `${formatQuantity(samples, 'sample')} in the bin. Emptying it:`,
    ...emptyBinLines(plan),
    'Nothing was deleted: "bin P.lima empty --yes" does it. "samples P.lima --bin" lists them.',
  ];
  const text = samples === 0 ? 'The bin is empty.' : lines.join('\n');
  call.terminal.result({ inBin: samples, ...plan, emptied: 0 }, text);
}

async function emptyBin(client: CoreClient, call: BinCall): Promise<void> {
  const { jobId } = await client.bin.empty();
  const emptied = await waitForJob(client, { jobId, kind: 'empty-bin' }, call);
  const { samples: inBin } = await client.bin.count();
  call.terminal.result({ inBin, ...emptied }, `${emptiedText(emptied)}.`);
}
