import type { Identity, Sampling } from '../../../shared/domain/identity.ts';
import type { SystemFiles } from '../../engines/protocol/inference.ts';
import type { LlamaRuntime } from '../model/llama-runtime.ts';
import type { LoadedModel } from '../model/model-host.ts';

/** What an answer will carry: hashes of the files that were opened, not those that were asked for. */
export function identify(
  runtime: LlamaRuntime,
  loaded: LoadedModel,
  system: SystemFiles,
  sampling: Sampling,
): Identity {
  const { adapterPath, baseName, adapterName, strength } = system;
  const adapter = adapterPath === null ? undefined : loaded.adapters.get(adapterPath);
  return {
    baseSha256: loaded.base.sha256,
    baseName,
    adapterSha256: adapter?.sha256 ?? null,
    adapterName,
    strength,
    templateSha256: loaded.vocabulary.templateSha256,
    sampling,
    engine: runtime.engine,
    device: loaded.model.gpuLayers > 0 ? runtime.device : 'CPU',
  };
}
