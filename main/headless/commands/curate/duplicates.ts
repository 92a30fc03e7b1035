import {
  type DuplicateGroup,
  duplicatesKindSchema,
  duplicatesPartSchema,
} from '../../../../shared/contract/duplicates.ts';
import { duplicatesText, similarityText } from '../../../../shared/text/duplicates.ts';
import { previewLine } from '../../../../shared/text/foreign-text.ts';
import { formatQuantity } from '../../../../shared/text/numbers.ts';
import { defineCommand, oneOf } from '../../cli/command.ts';
import { UsageError } from '../../cli/command-error.ts';
import { openCoreWithProject, type CoreClient } from '../../cli/open-core.ts';
import { formatTable } from '../../cli/terminal.ts';

const kinds = duplicatesKindSchema.options;
const parts = duplicatesPartSchema.options;
/** A person reads so many; a program gets all. */
const mostShown = 20;

/** `lima duplicates`: groups of samples that say the same. */
export const duplicatesCommand = defineCommand({
  name: 'duplicates',
  usage: `duplicates P.lima [--kind ${kinds.join('|')}] [--threshold T] [--of ${parts.join('|')}]`,
  summary: 'Find samples that say the same, among those pending or accepted.',
  details: () => [
    'near: of all runs of three words that either of two samples has, both have at least the share T.',
    'exact: the same words in the same order; case and punctuation do not count.',
    'Nothing is changed: keep one of each group and reject the others with "review P.lima reject --id".',
  ],
  positionals: { min: 1, max: 1 },
  options: {
    kind: { type: 'string', value: 'KIND', description: `${kinds.join(' or ')}; default near` },
    threshold: { type: 'string', value: 'T', description: 'from 0.2 to 1; default 0.4' },
    of: { type: 'string', value: 'PART', description: `${parts.join(', ')}; default all` },
  },
  async run(call) {
    const { options, terminal, signal } = call;
    const request = {
      kind: oneOf(options.kind ?? 'near', kinds, 'The kind'),
      part: oneOf(options.of ?? 'all', parts, 'The part'),
      ...thresholdOf(options.threshold),
    };
    await using project = await openCoreWithProject(call);
    const events = await project.client.samples.duplicates(request, { signal });
    for await (const event of events) {
      if (event.type === 'compared') {
        const text = `Compared ${event.done} of ${formatQuantity(event.total, 'sample')}`;
        terminal.progress('comparing', text, { phase: 'comparing', ...event });
        continue;
      }
      const { groups, compared } = event;
      const shown = terminal.mode === 'human' ? groups.slice(0, mostShown) : [];
      const tables: string[] = [];
      for (const group of shown) tables.push(await tableOf(project.client, group));
      const result = {
        ...request,
        compared,
        groups: groups.map(({ sampleIds }) => sampleIds),
        similarities: groups.map(({ similarity }) => similarity),
      };
      terminal.result(result, [duplicatesText({ groups, compared }), ...tables].join('\n\n'));
      if (groups.length > mostShown && terminal.mode === 'human')
        terminal.note(`${groups.length - mostShown} more: --json lists all.`);
    }
  },
});

function thresholdOf(text: string | undefined): { threshold?: number } {
  if (text === undefined) return {};
  const threshold = Number(text);
  if (text.trim() === '' || !(threshold >= 0.2 && threshold <= 1))
    throw new UsageError(`--threshold "${text}" is not a number from 0.2 to 1.`);
  return { threshold };
}

async function tableOf(
  client: Pick<CoreClient, 'samples'>,
  { sampleIds, similarity }: DuplicateGroup,
): Promise<string> {
  const cells: string[][] = [];
  for (const id of sampleIds) {
    const { status, source, messages } = await client.samples.get({ id });
    cells.push([id, status, source, previewLine(messages[0]?.content ?? '', 60)]);
  }
  const head = `${formatQuantity(sampleIds.length, 'sample')}, ${similarityText(similarity)}`;
  return `${head}\n${formatTable(['id', 'status', 'source', 'begins'], cells)}`;
}
