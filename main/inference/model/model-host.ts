import type { LlamaContext, LlamaEmbeddingContext } from 'node-llama-cpp';
import { fewShotStop, fewShotTemplate } from '../../../shared/domain/few-shot.ts';
import type { SystemFiles } from '../../engines/protocol/inference.ts';
import { isMappable } from '../../gguf/check/require-runnable.ts';
import { getNumber, getString } from '../../gguf/header/gguf-file.ts';
import { adapterBaseKey } from '../../gguf/model/adapter-base.ts';
import { chatTemplateKey } from '../../gguf/model/chat-template.ts';
import type { LlamaWeights } from '../../native/llama-weights.ts';
import type { SequenceContext } from '../../native/sequence-context.ts';
import type { TemplateRenderer } from '../template/template-renderer.ts';
import { checkAdapterFile, checkModelFile } from './checked-gguf.ts';
import {
  type BatchShape,
  type ContextShape,
  createContext,
  createEmbeddings,
  createSequences,
  fitsIntoMemory,
} from './create-context.ts';
import type { LlamaRuntime } from './llama-runtime.ts';
import { loadModel, loadWeights } from './load-model.ts';
import { type LoadedModel, requireOwnBase } from './loaded-model.ts';
import { type VerifiedFile, VerifiedFiles } from './verified-files.ts';
import { Vocabulary } from './vocabulary.ts';

/** Who computes: node-llama-cpp one conversation, or our own batches many answers. */
export type Purpose = 'chat' | 'batches';

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
  async open(
    system: SystemFiles,
    signal: AbortSignal,
    purpose: Purpose = 'chat',
  ): Promise<LoadedModel> {
    const base = await this.#files.verify(system.basePath, system.baseSha256, signal);
    const adapter = await this.#verifyAdapter(system, signal);
    if (!this.#canServe(base, adapter, purpose)) {
      await this.unload();
      this.#loaded = await this.#load(base, signal, purpose);
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
    const adapter = adapterOf(loaded, system);
    const context = await createContext(this.#runtime, loaded, { ...shape, adapter });
    if (adapter) await this.#files.requireUnchanged(adapter);
    return context;
  }

  /** A fresh context for texts of so many tokens; the caller disposes of it. */
  async createEmbeddings(loaded: LoadedModel, tokens: number): Promise<LlamaEmbeddingContext> {
    return await createEmbeddings(this.#runtime, loaded, tokens);
  }

  /** Sequences for many answers with the adapter of `system` applied; the caller disposes of them. */
  async createSequences(
    loaded: LoadedModel,
    system: SystemFiles,
    shape: BatchShape,
  ): Promise<SequenceContext> {
    const adapter = adapterOf(loaded, system);
    const context = await createSequences(this.#runtime, loaded, { ...shape, adapter });
    if (adapter) await this.#files.requireUnchanged(adapter);
    return context;
  }

  /** Whether sequences of this shape fit into memory. */
  async fits(loaded: LoadedModel, shape: BatchShape): Promise<boolean> {
    return await fitsIntoMemory(this.#runtime, loaded, shape);
  }

  /** Frees the memory of the model and its adapters. */
  async unload(): Promise<void> {
    const loaded = this.#loaded;
    this.#loaded = undefined;
    loaded?.weights?.dispose();
    await loaded?.model.dispose();
  }

  #canServe(base: VerifiedFile, adapter: VerifiedFile | undefined, purpose: Purpose): boolean {
    if (!this.#loaded) return false;
    const { base: current, adapters, weights } = this.#loaded;
    if ((weights !== undefined) !== (purpose === 'batches')) return false;
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

  async #load(base: VerifiedFile, signal: AbortSignal, purpose: Purpose): Promise<LoadedModel> {
    const header = await checkModelFile(base.path);
    const model = await loadModel(this.#runtime, base.path, {
      loadSignal: signal,
      ...(purpose === 'batches' && { vocabOnly: true }),
      ...(!isMappable(header) && { useMmap: false }),
    });
    let weights: LlamaWeights | undefined;
    try {
      if (purpose === 'batches')
        weights = await loadWeights(this.#runtime, base.path, { header, vocabulary: model });
      await this.#files.requireUnchanged(base);
      const architecture = getString(header, 'general.architecture') ?? '';
      return {
        model,
        weights,
        gpuLayers: weights?.gpuLayers ?? model.gpuLayers,
        trainedTokens: getNumber(header, `${architecture}.context_length`) ?? 0,
        measured: new Map(),
        vocabulary: new Vocabulary(model, header, { templates: this.#templates }),
        header,
        base,
        adapters: new Map(),
      };
    } catch (error) {
      weights?.dispose();
      await model.dispose();
      throw error;
    }
  }
}

function adapterOf(loaded: LoadedModel, { adapterPath, strength }: SystemFiles) {
  const adapter = adapterPath === null ? undefined : loaded.adapters.get(adapterPath);
  return adapter && { ...adapter, strength };
}
