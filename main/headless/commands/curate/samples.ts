import {
  reviewActionSchema,
  sampleStatusSchema,
  type SampleFilter,
} from '../../../../shared/domain/sample.ts';
import { formatQuantity } from '../../../../shared/text/numbers.ts';
import { previewLine } from '../../../../shared/text/foreign-text.ts';
import { UsageError } from '../../cli/command-error.ts';
import { defineCommand, oneOf, positional, wholeNumber } from '../../cli/command.ts';
import { formatTable } from '../../cli/terminal.ts';
import { openCoreWithProject } from '../../cli/open-core.ts';

const statuses = sampleStatusSchema.options;
const actions = reviewActionSchema.options;

function filterOf(options: { status?: string; query?: string }): SampleFilter {
  return {
    ...(options.status !== undefined && { status: oneOf(options.status, statuses, 'The status') }),
    ...(options.query !== undefined && { query: options.query }),
  };
}

/** `lima samples`: lists samples, page by page. */
export const samplesCommand = defineCommand({
  name: 'samples',
  usage: `samples P.lima [--status ${statuses.join('|')}] [--query TEXT] [--limit N] [--after ID]`,
  summary: 'List samples with their status and flags.',
  positionals: { min: 1, max: 1 },
  options: {
    status: { type: 'string', value: 'STATUS', description: statuses.join(', ') },
    query: { type: 'string', value: 'TEXT', description: 'words the sample must contain' },
    limit: { type: 'string', value: 'N', description: 'at most this many, up to 1000; default 50' },
    after: { type: 'string', value: 'ID', description: 'go on after this sample' },
  },
  async run(call) {
    const { options, terminal } = call;
    const limit = wholeNumber(options.limit, 'limit', 1) ?? 50;
    const filter = filterOf(options);
    await using project = await openCoreWithProject(call);
    const rows = await project.client.samples.list({
      filter,
      limit,
      ...(options.after !== undefined && { after: options.after }),
    });
    const next = rows.length === limit ? (rows.at(-1)?.id ?? null) : null;
    const cells = rows.map((row) => [
      row.id,
      row.status,
      row.source,
      previewLine(row.promptPreview, 50),
      row.flags.join(' '),
    ]);
    const table = formatTable(['id', 'status', 'source', 'prompt', 'flags'], cells);
    terminal.result({ samples: rows, next }, rows.length === 0 ? 'No sample matches.' : table);
    if (next !== null) terminal.note(`More: --after ${next}`);
  },
});

/** `lima review`: accepts, rejects or resets samples. */
export const reviewCommand = defineCommand({
  name: 'review',
  usage: `review P.lima ${actions.join('|')} (--id ID… | --query TEXT | --all) [--status STATUS]`,
  summary: 'Accept or reject samples, or put them back to pending.',
  positionals: { min: 2, max: 10_000 },
  options: {
    id: { type: 'string', multiple: true, value: 'ID', description: 'these samples' },
    query: { type: 'string', value: 'TEXT', description: 'every sample that contains these words' },
    all: { type: 'boolean', description: 'every sample' },
    status: { type: 'string', value: 'STATUS', description: 'only those now in this status' },
  },
  edits: true,
  async run(call) {
    const { options, terminal, positionals } = call;
    const action = oneOf(positional(call, 1), actions, 'The review action');
    const selection = selectionOf(options, positionals.slice(2));
    await using project = await openCoreWithProject(call);
    const result = await project.client.samples.review({ action, selection });
    terminal.result(
      { action, ...result },
      `${action}: ${formatQuantity(result.changed, 'sample')}.`,
    );
  },
});

interface SelectionOptions {
  id?: string[];
  query?: string;
  all?: boolean;
  status?: string;
}

/** Words after the action belong to `--id`, so that a shell can paste a list of ids. */
function selectionOf(options: SelectionOptions, words: string[]) {
  const ways = [options.id !== undefined, options.query !== undefined, options.all === true];
  if (ways.filter(Boolean).length !== 1)
    throw new UsageError('Say which samples: exactly one of --id, --query and --all.');
  if (options.id === undefined && words[0] !== undefined)
    throw new UsageError(`"${words[0]}" is too much: ids are given with --id.`);
  if (options.id === undefined) return { filter: filterOf(options) };
  if (options.status !== undefined) throw new UsageError('--status goes with --query or --all.');
  return { ids: [...options.id, ...words] };
}
