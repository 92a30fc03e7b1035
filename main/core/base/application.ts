import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
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

// From source the folder lies three folders up; compiled code lies one folder deeper.
const fromHere = import.meta.url.endsWith('.ts') ? '../../../resources/' : '../../../../resources/';

/** The folder of what comes with the application: recipes and the sample project. */
export const resourcesDir = fileURLToPath(new URL(fromHere, import.meta.url));
