import { resolve } from 'node:path';
import { ORPCError } from '@orpc/server';
import {
  requestedFormatSchema,
  textEncodingSchema,
  type ImportReport,
  type RowAccount,
} from '../../../../shared/contract/curate.ts';
import {
  accountLines,
  ignoredFieldsText,
  importSummary,
  isUseless,
  uselessText,
} from '../../../../shared/text/importing.ts';
import { formatCount } from '../../../../shared/text/numbers.ts';
import { CancelledError, CommandError } from '../../cli/command-error.ts';
import { defineCommand, oneOf } from '../../cli/command.ts';
import { openCoreWithProject } from '../../cli/open-core.ts';
import { waitForJob } from '../../cli/wait-for-job.ts';

const formats = requestedFormatSchema.options;
const encodings = textEncodingSchema.options;
const shownErrors = 10;

type FileReport = ImportReport & { file: string };

/** `lima import`: reads dumps and datasets into the project as pending samples. */
export const importCommand = defineCommand({
  name: 'import',
  usage: `import P.lima FILE… [--format ${formats.join('|')}] [--source NAME] [--encoding NAME] [--dry-run]`,
  summary: 'Read community dumps or datasets into the project as pending samples.',
  positionals: { min: 2, max: 10_000 },
  options: {
    format: { type: 'string', value: 'FORMAT', description: `${formats.join(', ')}; default auto` },
    source: {
      type: 'string',
      value: 'NAME',
      description: 'name of the source in lists and charts',
    },
    encoding: {
      type: 'string',
      value: 'NAME',
      description: `${encodings.join(', ')}; told from the content when left out`,
    },
    'dry-run': { type: 'boolean', description: 'count what would happen, change nothing' },
  },
  edits: true,
  async run(call) {
    const { options, terminal, signal, positionals } = call;
    const format = oneOf(options.format ?? 'auto', formats, 'The format');
    const dryRun = options['dry-run'] ?? false;
    const encoding =
      options.encoding === undefined
        ? undefined
        : oneOf(options.encoding.toLowerCase(), encodings, 'The encoding');
    await using project = await openCoreWithProject(call);
    const reports: FileReport[] = [];
    const refused: RefusedFile[] = [];
    const batch = `${process.pid}-${Math.round(performance.now())}`;
    const files = positionals.slice(1);
    for (const file of files) {
      try {
        const { jobId } = await project.client.imports.start({
          path: resolve(file),
          format,
          dryRun,
          batch,
          ...(options.source !== undefined && { source: options.source }),
          ...(encoding && { encoding }),
        });
        const wanted = { jobId, kind: 'import' } as const;
        const report = await waitForJob(project.client, wanted, { terminal, signal });
        reports.push({ file, ...report });
      } catch (error) {
        refused.push(refusalOf(file, error, files.length));
      }
    }
    const text = reports.map(describeReport);
    if (dryRun) text.push('Dry run: nothing was stored.');
    const sums = { dryRun, ...sumReports(reports), refused };
    const failures = failuresOf(reports, refused);
    const [first] = failures;
    // There is one document, which says of each file what became of it, also when some failed.
    if (!first || terminal.mode === 'human') terminal.result(sums, text.join('\n'));
    if (first)
      throw new CommandError(first.code, failures.map(({ message }) => message).join('\n'), sums);
  },
});

/** A file that could not be read, beside others that were: they are read all the same. */
interface RefusedFile {
  file: string;
  code: string;
  message: string;
}

/** The files of which nothing came: those that were refused, then those that held nothing usable. */
function failuresOf(reports: FileReport[], refused: RefusedFile[]): RefusedFile[] {
  const useless = reports.filter(isUseless).map((report) => ({
    file: report.file,
    code: 'NOTHING_IMPORTED',
    message: uselessText(report),
  }));
  return [...refused, ...useless];
}

function refusalOf(file: string, error: unknown, files: number): RefusedFile {
  const isRefused = error instanceof CommandError || error instanceof ORPCError;
  if (!isRefused || error instanceof CancelledError || files === 1) throw error;
  return { file, code: String(error.code), message: error.message };
}

/** One document for all files: sums, with every file's own report beside them. */
function sumReports(files: FileReport[]) {
  const sum = (key: 'read' | 'added' | 'duplicates' | 'deleted' | 'errorsTotal') =>
    files.reduce((total, file) => total + file[key], 0);
  return {
    read: sum('read'),
    added: sum('added'),
    duplicates: sum('duplicates'),
    deleted: sum('deleted'),
    rows: sumRows(files.flatMap(({ rows }) => rows)),
    errors: files.flatMap(({ file, errors }) => errors.map((error) => ({ file, ...error }))),
    errorsTotal: sum('errorsTotal'),
    files,
  };
}

function sumRows(parts: readonly RowAccount[]): RowAccount[] {
  const sums = new Map<string, RowAccount>();
  for (const part of parts) {
    const key = JSON.stringify([part.outcome, part.reason]);
    sums.set(key, { ...part, rows: (sums.get(key)?.rows ?? 0) + part.rows });
  }
  return [...sums.values()];
}

function describeReport(report: FileReport): string {
  const ignored = ignoredFieldsText(report);
  return [
    `${report.file} (${report.format}): ${importSummary(report)}`,
    ...accountLines(report).map((line) => `  ${line}`),
    ...(ignored === undefined ? [] : [`  ${ignored}`]),
    ...report.errors.slice(0, shownErrors).map(({ line, message }) => `  line ${line}: ${message}`),
    ...(report.errorsTotal > shownErrors
      ? [`  … ${formatCount(report.errorsTotal - shownErrors)} more errors`]
      : []),
  ].join('\n');
}
