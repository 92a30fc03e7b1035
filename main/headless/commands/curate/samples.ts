import { sampleStatusSchema, type SampleFilter } from '../../../../shared/domain/sample.ts';
import { previewLine } from '../../../../shared/text/foreign-text.ts';
import { defineCommand, oneOf, wholeNumber } from '../../cli/command.ts';
import { formatTable } from '../../cli/terminal.ts';
import { openCoreWithProject, type CoreClient } from '../../cli/open-core.ts';

const statuses = sampleStatusSchema.options;

/** The filter that `--status` and `--query` name. */
export function filterOf(options: { status?: string; query?: string }): SampleFilter {
  return {
    ...(options.status !== undefined && { status: oneOf(options.status, statuses, 'The status') }),
    ...(options.query !== undefined && { query: options.query }),
  };
}

/** What a program has to name when it uses a sample. */
async function attributionOf(client: CoreClient, id: string) {
  const { provenance } = await client.samples.get({ id });
  const { url, title, authors, licence, answeredBy } = provenance;
  return { url, title, authors, licence, answeredBy };
}

/** `lima samples`: lists samples, page by page. */
export const samplesCommand = defineCommand({
  name: 'samples',
  usage: `samples P.lima [--status ${statuses.join('|')}] [--query TEXT] [--bin] [--limit N] [--after ID]`,
  summary: 'List samples with their status and flags.',
  positionals: { min: 1, max: 1 },
  options: {
    status: { type: 'string', value: 'STATUS', description: statuses.join(', ') },
    query: { type: 'string', value: 'TEXT', description: 'words the sample must contain' },
    bin: { type: 'boolean', description: 'those in the bin' },
    limit: { type: 'string', value: 'N', description: 'at most this many, up to 1000; default 50' },
    after: { type: 'string', value: 'ID', description: 'go on after this sample' },
  },
  async run(call) {
    const { options, terminal } = call;
    const limit = wholeNumber(options.limit, 'limit', 1, 1000) ?? 50;
    const filter = { ...filterOf(options), ...(options.bin && { inBin: true }) };
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
    const samples: object[] = [];
    if (terminal.mode !== 'human')
      for (const row of rows)
        samples.push({ ...row, ...(await attributionOf(project.client, row.id)) });
    terminal.result({ samples, next }, rows.length === 0 ? 'No sample matches.' : table);
    if (next !== null) terminal.note(`More: --after ${next}`);
  },
});
