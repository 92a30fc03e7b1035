import { getLlama, LlamaLogLevel, type Llama } from 'node-llama-cpp';

/** llama.cpp on one CPU thread, as the reference that logits are compared with. */
export async function startLlama(): Promise<Llama> {
  return await getLlama({
    gpu: false,
    maxThreads: 1,
    build: 'never',
    skipDownload: true,
    logLevel: LlamaLogLevel.error,
  });
}
