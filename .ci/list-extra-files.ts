import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Arch, type AfterPackContext } from 'electron-builder';
import { z } from 'zod';
import { extraFilesPath, type FileHashes } from '../main/electron/verify-package.ts';

const manifest = z.object({ name: z.string(), version: z.string(), type: z.string() });

/**
 * Before electron-builder packs: writes the hashes of what it copies beside app.asar into a file
 * that goes inside. The header of app.asar has those of all else.
 */
export default function beforePack({ packager, arch }: AfterPackContext): void {
  const { projectDir, config, platformSpecificBuildOptions } = packager;
  const { name, version, type } = manifest.parse(
    JSON.parse(readFileSync(join(projectDir, 'package.json'), 'utf8')),
  );
  const forNode = JSON.stringify({ name, version, type }, null, 2);
  writeFileSync(join(projectDir, 'out/package-for-node.json'), forNode);
  const hashes: FileHashes = {};
  for (const entry of [config.extraResources, platformSpecificBuildOptions.extraResources].flat()) {
    if (!entry) continue;
    if (typeof entry === 'string' || !entry.from || !entry.to)
      throw new Error(
        'An extra resource needs a file in “from” and “to”, so that it can be checked.',
      );
    const path = join(projectDir, entry.from.replaceAll('${arch}', Arch[arch]));
    if (!existsSync(path)) continue;
    hashes[entry.to] = createHash('sha256').update(readFileSync(path)).digest('hex');
  }
  writeFileSync(join(projectDir, extraFilesPath), JSON.stringify(hashes, null, 2));
}
