import { InferenceError } from '../engines/protocol/errors.ts';
import { callAsync } from './bind-functions.ts';
import { loadLlama } from './llama-library.ts';
import type { AdapterPtr, LlamaContextPtr, LlamaFunctions, ModelPtr } from './llama-symbols.ts';

// enum llama_load_mode, enum llama_lazy_mode (llama.h)
const loadModes = { read: 0, map: 1 };
const lazyOff = 0;

/** How the weights of a model are loaded. */
export interface LoadOptions {
  /** Layers on the GPU; the rest stays with the CPU. */
  gpuLayers: number;
  /** False for a file whose tensors do not lie where a processor may read them in place. */
  isMappable: boolean;
}

/** The weights of a model and its adapters, loaded through llama.cpp's own interface. */
export class LlamaWeights {
  readonly llama: LlamaFunctions;
  readonly pointer: ModelPtr;
  readonly gpuLayers: number;
  /** Entries of the vocabulary, each of which has a logit. */
  readonly vocabularySize: number;
  readonly #adapters = new Map<string, AdapterPtr>();

  private constructor(llama: LlamaFunctions, pointer: ModelPtr, gpuLayers: number) {
    this.llama = llama;
    this.pointer = pointer;
    this.gpuLayers = gpuLayers;
    this.vocabularySize = llama.llama_vocab_n_tokens(llama.llama_model_get_vocab(pointer));
  }

  /** Loads a file that was checked before; throws MODEL_UNREADABLE where llama.cpp refuses it. */
  static async load(path: string, { gpuLayers, isMappable }: LoadOptions): Promise<LlamaWeights> {
    const llama = loadLlama();
    const params = {
      ...llama.llama_model_default_params(),
      n_gpu_layers: gpuLayers,
      load_mode: loadModes[isMappable ? 'map' : 'read'],
      lazy_mode: lazyOff,
    };
    const pointer = await callAsync(llama.llama_model_load_from_file, path, params);
    if (pointer === null)
      throw new InferenceError('MODEL_UNREADABLE', 'llama.cpp refuses it', { path });
    return new LlamaWeights(llama, pointer, gpuLayers);
  }

  /** Loads an adapter once; throws ADAPTER_UNREADABLE where llama.cpp refuses it. */
  async adapter(path: string): Promise<AdapterPtr> {
    const known = this.#adapters.get(path);
    if (known !== undefined) return known;
    const adapter = await callAsync(this.llama.llama_adapter_lora_init, this.pointer, path);
    if (adapter === null)
      throw new InferenceError('ADAPTER_UNREADABLE', 'llama.cpp refuses it', { path });
    this.#adapters.set(path, adapter);
    return adapter;
  }

  /** Lets an adapter act on a context with a strength. */
  async applyAdapter(context: LlamaContextPtr, path: string, strength: number): Promise<void> {
    const adapter = await this.adapter(path);
    const { llama_set_adapters_lora: setAdapters } = this.llama;
    const result = setAdapters(
      context,
      new BigUint64Array([adapter]),
      1,
      new Float32Array([strength]),
    );
    if (result !== 0)
      throw new InferenceError('ADAPTER_UNREADABLE', `llama.cpp refuses it (${result})`, { path });
  }

  /** Frees weights and adapters; every context of theirs has to be disposed of before. */
  dispose(): void {
    this.llama.llama_model_free(this.pointer);
  }
}
