import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const checkout = join(import.meta.dirname, '../..');

/**
 * What to start for a source file: the same program as one file, which loads in a third of the time,
 * where a folder of such is named by `LIMA_BUNDLED`. What the build wrote is one file already.
 */
export function programFile(source: URL): URL {
  const folder = process.env['LIMA_BUNDLED'];
  if (!folder || !source.pathname.endsWith('.ts')) return source;
  const name = relative(checkout, fileURLToPath(source)).replace(/\.ts$/, '.js');
  const bundled = join(folder, name);
  return existsSync(bundled) ? pathToFileURL(bundled) : source;
}
