import { readFileSync } from 'node:fs';
import { z } from 'zod';

// From source the manifest lies three folders up; compiled code lies one folder deeper.
const manifest = new URL(
  import.meta.url.endsWith('.ts') ? '../../../package.json' : '../../../../package.json',
  import.meta.url,
);

/** The program's version, from its package.json. */
export const appVersion = z
  .object({ version: z.string() })
  .parse(JSON.parse(readFileSync(manifest, 'utf8'))).version;
