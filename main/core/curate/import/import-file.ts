import type { ImportFormat, RequestedFormat } from '../../../../shared/contract/curate.ts';
import { ByteSource } from './read/byte-source.ts';
import { detectContainer, detectFormat, type DetectedFormat } from './formats/detect-format.ts';
import { ImportError, inFile } from './sample/import-error.ts';
import { ImportOutput, type ImportBatch } from './sample/import-output.ts';
import { importRecords } from './formats/import-records.ts';
import { importStackExchange, type SkippedRows } from './stack-exchange/import-posts.ts';

/** What to import and how. */
export interface ImportRequest {
  path: string;
  format: RequestedFormat;
  /** Site of a dump, or source of records that name none; told from the path when missing. */
  source?: string;
  /** Where the scratch file of a dump goes; the system's folder when missing. */
  scratchFolder?: string;
}

/** What an import did; `read` is samples plus bad lines. */
export interface ImportCounts {
  format: ImportFormat;
  read: number;
  samples: number;
  bad: number;
  /** Rows that became no sample though nothing is wrong with them, by reason. */
  skipped: SkippedRows;
  /** Why the file ended early; everything before was kept. */
  damage?: string;
}

/**
 * Reads a file to its end in this thread. `onBatch` is awaited before more is read, so memory stays
 * flat. Throws `ImportError` for a file that cannot be read or understood at all.
 */
export async function importFile(
  request: ImportRequest,
  onBatch: (batch: ImportBatch) => Promise<void>,
): Promise<ImportCounts> {
  return await inFile(request.path, () => readFile(request, onBatch));
}

async function readFile(
  request: ImportRequest,
  onBatch: (batch: ImportBatch) => Promise<void>,
): Promise<ImportCounts> {
  const { path } = request;
  const { format, container } = await formatOf(request);
  const source = await ByteSource.open(path);
  const output = new ImportOutput(source, onBatch);
  let skipped: SkippedRows = {};
  if (format === 'stack-exchange') {
    const { source: site, scratchFolder } = request;
    skipped = await importStackExchange(
      source.chunks(),
      { path, source: site, scratchFolder },
      output,
    );
  } else if (container !== 'xml')
    await importRecords(
      source.chunks(),
      { path, format, container, source: request.source },
      output,
    );
  if (source.damage)
    await output.addBadLine({
      line: output.lastLine,
      message: `the file ends early: ${source.damage}; what came before was kept`,
    });
  await output.flush();
  const { samples, bad } = output.counts;
  const counts = { format, read: samples + bad, samples, bad, skipped };
  return source.damage === undefined ? counts : { ...counts, damage: source.damage };
}

async function formatOf(request: ImportRequest): Promise<DetectedFormat> {
  const { path, format } = request;
  if (format === 'auto') return detectFormat(path);
  const container = await detectContainer(path);
  if ((container === 'xml') === (format === 'stack-exchange')) return { format, container };
  throw new ImportError(
    'FILE_FORMAT_UNKNOWN',
    `${path} is ${container === 'xml' ? 'XML' : 'JSON'} and cannot be read as ${format}; ` +
      `leave the format on auto to have it detected.`,
  );
}
