import { InsufficientMemoryError, type LlamaContext, type LlamaModel } from 'node-llama-cpp';
import { fewShotStop, fewShotTemplate } from '../../../shared/domain/few-shot.ts';
import { wantsOneThread } from '../../../shared/domain/threads.ts';
import { modelPath } from '../../../shared/domain/model-parts.ts';
import type { SystemFiles } from '../../engines/protocol/inference.ts';
import { getString, type GgufFile } from '../../gguf/header/gguf-file.ts';
import { chatTemplateKey } from '../../gguf/model/chat-template.ts';
import { adapterBaseKey } from '../../gguf/model/adapter-base.ts';
import { isMappable } from '../../gguf/check/require-runnable.ts';
import { InferenceError } from '../../engines/protocol/errors.ts';
import type { LlamaRuntime } from './llama-runtime.ts';
import { checkAdapterFile, checkModelFile } from './checked-gguf.ts';
import { type VerifiedFile, VerifiedFiles } from './verified-files.ts';
import { Vocabulary } from './vocabulary.ts';
import type { TemplateRenderer } from '../template/template-renderer.ts';

/** A model in memory, with the identities of the files it was really loaded from. */
export interface LoadedModel {
  model: LlamaModel;
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

/** Size of a context: tokens per sequence, and sequences decoded side by side. */
export interface ContextShape {
  tokens: number;
  sequences: number;
}

/** Keeps at most one base model loaded, and loads another one only when the files differ. */
export class ModelHost {
  readonly #runtime: LlamaRuntime;
  readonly #templates: TemplateRenderer;
  readonly #files = new VerifiedFiles();
  #loaded: LoadedModel | undefined;

  constructor(runtime: LlamaRuntime, templates: TemplateRenderer) {
    this.#runtime = runtime;
    this.#templates = templates;
  }

  /**
   * The model of a system, its adapter verified too, with the vocabulary of the chat template that
   * was chosen for the system, or that it was trained with; without any, that of its examples.
   * Throws `InferenceError`.
   */
  async open(system: SystemFiles, signal: AbortSignal): Promise<LoadedModel> {
    const base = await this.#files.verify(system.basePath, system.baseSha256, signal);
    const adapter = await this.#verifyAdapter(system, signal);
    if (!this.#canServe(base, adapter)) {
      await this.unload();
      this.#loaded = await this.#load(base, signal);
    }
    const loaded = this.#loaded;
    if (!loaded) throw new Error('The model was unloaded while it was opened');
    if (adapter && !loaded.adapters.has(adapter.path)) {
      const header = await checkAdapterFile(adapter.path, loaded.header);
      const trainedOnSha256 = getString(header, adapterBaseKey);
      const vocabulary = this.#vocabularyOf(loaded, getString(header, chatTemplateKey));
      loaded.adapters.set(adapter.path, { ...adapter, trainedOnSha256, vocabulary });
    }
    if (adapter && system.otherBase !== true) requireOwnBase(loaded, system);
    const own =
      this.#chosenVocabulary(loaded, system.chatTemplate) ??
      (adapter && loaded.adapters.get(adapter.path)?.vocabulary);
    if (system.fewShot && !(own ?? loaded.vocabulary).hasTemplate) {
      const vocabulary = this.#chosenVocabulary(loaded, fewShotTemplate) ?? loaded.vocabulary;
      return { ...loaded, vocabulary, stop: fewShotStop };
    }
    return own ? { ...loaded, vocabulary: own } : loaded;
  }

  /** A fresh context with the adapter of `system` applied; the caller disposes of it. */
  async createContext(
    loaded: LoadedModel,
    system: SystemFiles,
    shape: ContextShape,
  ): Promise<LlamaContext> {
    const { adapterPath, strength } = system;
    const adapter = adapterPath === null ? undefined : loaded.adapters.get(adapterPath);
    const context = await this.#runtime.explain(
      () =>
        loaded.model.createContext({
          contextSize: shape.tokens,
          sequences: shape.sequences,
          ...(wantsOneThread(loaded.model.size) && { threads: 1 }),
          ...(adapter && { lora: { adapters: [{ filePath: adapter.path, scale: strength }] } }),
        }),
      (reason, error) => contextError(reason, error, adapter?.path),
    );
    if (adapter) await this.#files.requireUnchanged(adapter);
    return context;
  }

  /** Frees the memory of the model and its adapters. */
  async unload(): Promise<void> {
    const loaded = this.#loaded;
    this.#loaded = undefined;
    await loaded?.model.dispose();
  }

  #canServe(base: VerifiedFile, adapter: VerifiedFile | undefined): boolean {
    if (!this.#loaded) return false;
    const { base: current, adapters } = this.#loaded;
    const isSameBase = current.path === base.path && current.stamp === base.stamp;
    // The library caches adapters by path, so a rewritten adapter needs the model loaded anew.
    const known = adapter && adapters.get(adapter.path);
    return isSameBase && (!known || known.stamp === adapter.stamp);
  }

  async #verifyAdapter(
    { adapterPath, adapterSha256 }: SystemFiles,
    signal: AbortSignal,
  ): Promise<VerifiedFile | undefined> {
    if (adapterPath === null) return undefined;
    return await this.#files.verify(adapterPath, adapterSha256 ?? '', signal);
  }

  #vocabularyOf(
    { model, header }: LoadedModel,
    chatTemplate: string | undefined,
  ): Vocabulary | undefined {
    if (chatTemplate === undefined) return undefined;
    return new Vocabulary(model, header, { templates: this.#templates, chatTemplate });
  }

  /** Kept for the next question: to read a vocabulary of 250,000 tokens takes a while. */
  #chosenVocabulary(loaded: LoadedModel, chatTemplate = ''): Vocabulary | undefined {
    if (chatTemplate === '') return undefined;
    if (loaded.chosen?.chatTemplate !== chatTemplate) {
      const vocabulary = this.#vocabularyOf(loaded, chatTemplate);
      loaded.chosen = vocabulary && { chatTemplate, vocabulary };
    }
    return loaded.chosen?.vocabulary;
  }

  async #load(base: VerifiedFile, signal: AbortSignal): Promise<LoadedModel> {
    const header = await checkModelFile(base.path);
    const model = await loadModel(this.#runtime, base.path, {
      loadSignal: signal,
      ...(!isMappable(header) && { useMmap: false }),
    });
    await this.#files.requireUnchanged(base);
    const vocabulary = new Vocabulary(model, header, { templates: this.#templates });
    return { model, vocabulary, header, base, adapters: new Map() };
  }
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
function requireOwnBase(loaded: LoadedModel, system: SystemFiles): void {
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

/** Loads a checked GGUF file; native reasons for a refusal become part of the error. */
export async function loadModel(
  runtime: LlamaRuntime,
  path: string,
  options: { vocabOnly?: boolean; useMmap?: false; loadSignal: AbortSignal },
): Promise<LlamaModel> {
  return await runtime.explain(
    () => runtime.llama.loadModel({ modelPath: modelPath(path), ...options }),
    (reason, error) =>
      error instanceof InsufficientMemoryError
        ? outOfMemory(`The model ${path} does not fit into memory: ${reason}`)
        : new InferenceError('MODEL_UNREADABLE', `llama.cpp cannot load ${path}: ${reason}`, {
            path,
          }),
  );
}

function contextError(reason: string, error: unknown, adapterPath: string | undefined): Error {
  if (error instanceof InsufficientMemoryError)
    return outOfMemory(
      `There is not enough memory for this conversation: ${reason}. ` +
        'Lower maxTokens or the number of parallel answers.',
    );
  if (adapterPath === undefined)
    return new InferenceError('CONTEXT_FAILED', `llama.cpp cannot create a context: ${reason}`);
  return new InferenceError(
    'ADAPTER_UNREADABLE',
    `llama.cpp cannot apply the adapter ${adapterPath}: ${reason}`,
    { path: adapterPath },
  );
}

const outOfMemory = (message: string) => new InferenceError('OUT_OF_MEMORY', message);
