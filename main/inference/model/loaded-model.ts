import type { LlamaModel } from 'node-llama-cpp';
import type { SystemFiles } from '../../engines/protocol/inference.ts';
import { InferenceError } from '../../engines/protocol/errors.ts';
import type { GgufFile } from '../../gguf/header/gguf-file.ts';
import type { LlamaWeights } from '../../native/llama-weights.ts';
import type { VerifiedFile } from './verified-files.ts';
import type { Vocabulary } from './vocabulary.ts';

/** A model in memory, with the identities of the files it was really loaded from. */
export interface LoadedModel {
  /** For batches it is the vocabulary alone. */
  model: LlamaModel;
  /** For batches. */
  weights: LlamaWeights | undefined;
  gpuLayers: number;
  /** Tokens the model was trained on at a time. */
  trainedTokens: number;
  /** How many answers side by side were measured to gain most, by what acts on the model. */
  measured: Map<string, number>;
  vocabulary: Vocabulary;
  header: GgufFile;
  base: VerifiedFile;
  /** Adapters stay with the model until it is unloaded; key is the path. */
  adapters: Map<string, LoadedAdapter>;
  /** The last chat template that a person chose, and its vocabulary. */
  chosen?: { chatTemplate: string; vocabulary: Vocabulary } | undefined;
  /** Set where the examples of a system stand in plain text: what begins the line after an answer. */
  stop?: string;
}

/** An adapter in memory, and the base that its file says it was trained on. */
export interface LoadedAdapter extends VerifiedFile {
  trainedOnSha256: string | undefined;
  /** Set where it was trained with another chat template than the base's. */
  vocabulary: Vocabulary | undefined;
}

/** The base that the adapter of a system was trained on, where it is another one. */
export function otherBaseOf(
  { base, adapters }: LoadedModel,
  { adapterPath, adapterBaseSha256 }: SystemFiles,
): string | undefined {
  if (adapterPath === null) return undefined;
  const trainedOn = adapters.get(adapterPath)?.trainedOnSha256 ?? adapterBaseSha256 ?? base.sha256;
  return trainedOn === base.sha256 ? undefined : trainedOn;
}

/** Equal shapes say nothing: on another base an adapter gives answers that nobody trained. */
export function requireOwnBase(loaded: LoadedModel, system: SystemFiles): void {
  const adapterBaseSha256 = otherBaseOf(loaded, system);
  if (adapterBaseSha256 === undefined) return;
  const { path, sha256: baseSha256 } = loaded.base;
  const adapterPath = system.adapterPath ?? '';
  throw new InferenceError(
    'ADAPTER_OTHER_BASE',
    `${adapterPath} was trained on another base model (SHA-256 ${adapterBaseSha256.slice(0, 12)}…) than ` +
      `${path} (${baseSha256.slice(0, 12)}…). Choose the base it was trained on.`,
    { path: adapterPath, baseSha256, adapterBaseSha256 },
  );
}
