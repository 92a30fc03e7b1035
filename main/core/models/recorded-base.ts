import { dirname, join } from 'node:path';
import { z } from 'zod';
import { hashSchema } from '../../../shared/domain/stored-value.ts';
import { readInputFile } from '../../input-files/input-file.ts';
import type { GuardedPath } from '../files/guarded-path.ts';
import type { PathGuard } from '../files/path-guard.ts';

const recordSchema = z.object({
  base: z.object({ sha256: hashSchema }),
  adapter: z.object({ sha256: hashSchema }),
});
const mostRecordBytes = 32 * 1024 * 1024;

/** The base in the record that the trainer leaves beside an adapter, where it is of this adapter. */
export async function recordedBase(
  paths: PathGuard,
  adapterPath: GuardedPath,
  adapterSha256: string,
): Promise<string | null> {
  try {
    const path = paths.check(join(dirname(adapterPath), 'record.json'));
    const text = (await readInputFile(path, mostRecordBytes)).toString('utf8');
    const { base, adapter } = recordSchema.parse(JSON.parse(text));
    return adapter.sha256 === adapterSha256 ? base.sha256 : null;
  } catch {
    // Most adapters have none, and it may be anything: then only the adapter's own header can tell.
    return null;
  }
}
