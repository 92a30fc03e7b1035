import type {
  ImportFormat,
  RequestedFormat,
  TextEncodingLabel,
} from '../../../../shared/contract/curate.ts';
import { ByteSource } from './read/byte-source.ts';
import { detectContainer, detectFormat, type DetectedFormat } from './formats/detect-format.ts';
import { ImportError, inFile } from './sample/import-error.ts';
import { ImportOutput, type ImportBatch, type RowCounts } from './sample/import-output.ts';
import { importRecords } from './formats/import-records.ts';
import { importStackExchange } from './stack-exchange/import-posts.ts';

/** What to import and how. */
export interface ImportRequest {
  path: string;
  format: RequestedFormat;
  /** Site of a dump, or source of records that name none; told from the path when missing. */
  source?: string;
  /** What the text is encoded in; told from the content when missing. */
  encoding?: TextEncodingLabel;
  /** Where the scratch file of a dump goes; the system's folder when missing. */
  scratchFolder?: string;
}

/** What an import found in a file: every row of it, and what is said of the file as a whole. */
export interface ImportCounts extends RowCounts {
  format: ImportFormat;
  /** Why the file ended early; everything before was kept. */
  damage?: string;
  /** What the text was encoded in, where it was not UTF-8. */
  encoding?: string;
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
  const source = await ByteSource.open(path, request.encoding);
  const output = new ImportOutput(source, onBatch);
  if (format === 'stack-exchange') {
    const { source: site, scratchFolder } = request;
    await importStackExchange(source.chunks(), { path, source: site, scratchFolder }, output);
  } else if (container !== 'xml')
    await importRecords(
      source.chunks(),
      { path, format, isAuto: request.format === 'auto', source: request.source },
      output,
    );
  if (source.damage)
    await output.addBadLine(
      {
        line: output.lastLine,
        message: `the file ends early: ${source.damage}; what came before was kept`,
      },
      0,
    );
  await output.flush();
  const { damage, encoding } = source;
  return {
    format,
    ...output.counts,
    ...(damage !== undefined && { damage }),
    ...(encoding && { encoding: encoding.label }),
  };
}

async function formatOf(request: ImportRequest): Promise<DetectedFormat> {
  const { path, format, encoding } = request;
  if (format === 'auto') return detectFormat(path, encoding);
  const container = await detectContainer(path, encoding);
  if ((container === 'xml') === (format === 'stack-exchange')) return { format, container };
  throw new ImportError(
    'FILE_FORMAT_UNKNOWN',
    `${path} is ${container === 'xml' ? 'XML' : 'JSON'} and cannot be read as ${format}; ` +
      `leave the format on auto to have it detected.`,
  );
}
