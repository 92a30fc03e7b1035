import { resolve } from 'node:path';
import { requestedFormatSchema, type ImportReport } from '../../../../shared/contract/curate.ts';
import { formatCount } from '../../../../shared/text/numbers.ts';
import { defineCommand, oneOf } from '../../cli/command.ts';
import { openCoreWithProject } from '../../cli/open-core.ts';
import { waitForJob } from '../../cli/wait-for-job.ts';

const formats = requestedFormatSchema.options;
const shownErrors = 10;

type FileReport = ImportReport & { file: string };

/** `lima import`: reads dumps and datasets into the project as pending samples. */
export const importCommand = defineCommand({
  name: 'import',
  usage: `import P.lima FILE… [--format ${formats.join('|')}] [--source NAME] [--dry-run]`,
  summary: 'Read community dumps or datasets into the project as pending samples.',
  positionals: { min: 2, max: 10_000 },
  options: {
    format: { type: 'string', value: 'FORMAT', description: `${formats.join(', ')}; default auto` },
    source: {
      type: 'string',
      value: 'NAME',
      description: 'name of the source in lists and charts',
    },
    'dry-run': { type: 'boolean', description: 'count what would happen, change nothing' },
  },
  edits: true,
  async run(call) {
    const { options, terminal, signal, positionals } = call;
    const format = oneOf(options.format ?? 'auto', formats, 'The format');
    await using project = await openCoreWithProject(call);
    const reports: FileReport[] = [];
    for (const file of positionals.slice(1)) {
      const { jobId } = await project.client.imports.start({
        path: resolve(file),
        format,
        dryRun: options['dry-run'] ?? false,
        ...(options.source !== undefined && { source: options.source }),
      });
      const wanted = { jobId, kind: 'import' } as const;
      const report = await waitForJob(project.client, wanted, { terminal, signal });
      reports.push({ file, ...report });
    }
    terminal.result(sumReports(reports), reports.map(describeReport).join('\n'));
  },
});

/** One document for all files: sums, with every file's own report beside them. */
function sumReports(files: FileReport[]) {
  const sum = (key: 'read' | 'added' | 'duplicates' | 'errorsTotal') =>
    files.reduce((total, file) => total + file[key], 0);
  const rejected: Record<string, number> = {};
  for (const file of files)
    for (const [reason, count] of Object.entries(file.rejected))
      rejected[reason] = (rejected[reason] ?? 0) + count;
  return {
    read: sum('read'),
    added: sum('added'),
    duplicates: sum('duplicates'),
    rejected,
    errors: files.flatMap(({ file, errors }) => errors.map((error) => ({ file, ...error }))),
    errorsTotal: sum('errorsTotal'),
    files,
  };
}

function describeReport(report: FileReport): string {
  const rejected = Object.entries(report.rejected);
  return [
    `${report.file} (${report.format}): ${formatCount(report.read)} read, ` +
      `${formatCount(report.added)} added, ${formatCount(report.duplicates)} duplicates`,
    ...rejected.map(([reason, count]) => `  not taken: ${formatCount(count)} ${reason}`),
    ...report.errors.slice(0, shownErrors).map(({ line, message }) => `  line ${line}: ${message}`),
    ...(report.errorsTotal > shownErrors
      ? [`  … ${formatCount(report.errorsTotal - shownErrors)} more errors`]
      : []),
  ].join('\n');
}
