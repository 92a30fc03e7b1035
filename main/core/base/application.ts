import { existsSync, readFileSync } from 'node:fs';
import { readFile, statfs } from 'node:fs/promises';
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

// In `out/` of a checkout, beside the application in a package.
const noticesPaths = ['out', '..'].map((folder) =>
  fileURLToPath(
    new URL(`../${folder}/third-party-notices.txt`, new URL(fromHere, import.meta.url)),
  ),
);

/** The licences of the software in it; null where they were not written, as in a fresh checkout. */
export async function thirdPartyNotices(): Promise<string | null> {
  const path = noticesPaths.find((candidate) => existsSync(candidate));
  return path === undefined ? null : await readFile(path, 'utf8');
}

/** What is free on the disk of a folder. */
export async function freeDiskBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
