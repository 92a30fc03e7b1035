import { basename } from 'node:path';
import type { FileSystem } from '../../../shared/contract/chat.ts';
import { modelFileName } from '../../../shared/text/model-names.ts';
import { startInspector, type GuardedSystem, toRead } from '../files/guarded-engines.ts';
import type { GuardedPath } from '../files/guarded-path.ts';
import type { CoreState } from '../project/core-state.ts';
import { recordedBase } from './recorded-base.ts';
import { requireChosen } from './template-trial.ts';

/** A system given by files, which are inspected and hashed; nothing is stored of it. */
export async function hashedSystem(
  state: CoreState,
  files: FileSystem,
  signal: AbortSignal,
): Promise<{ system: GuardedSystem; warnings: readonly string[] }> {
  const basePath = state.paths.check(files.basePath);
  const adapterPath = files.adapterPath === null ? null : state.paths.check(files.adapterPath);
  await using inspector = startInspector(toRead(basePath, adapterPath));
  const hash = async (path: GuardedPath) =>
    (await inspector.request('hashFile', { path }, { signal })).sha256;
  // Refused before anything is answered when it is no model.
  const { warnings = [] } = await inspector.request('inspectModel', { path: basePath }, { signal });
  await requireChosen(inspector, { path: basePath, chatTemplate: files.chatTemplate }, signal);
  const adapterSha256 = adapterPath === null ? null : await hash(adapterPath);
  const system = {
    basePath,
    baseSha256: await hash(basePath),
    baseName: modelFileName(basePath),
    adapterPath,
    adapterSha256,
    adapterName: adapterPath === null ? null : basename(adapterPath),
    strength: adapterPath === null ? 0 : files.strength,
    adapterBaseSha256:
      files.adapterBaseSha256 ??
      (adapterPath && adapterSha256
        ? await recordedBase(state.paths, adapterPath, adapterSha256)
        : null),
    otherBase: files.otherBase,
    chatTemplate: files.chatTemplate,
    fewShot: files.fewShot,
  };
  return { system, warnings };
}
