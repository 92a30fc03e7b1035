import { setTimeout as sleep } from 'node:timers/promises';
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

/**
 * Lets go of the library. It may wait for ever for a model that is collected meanwhile; the product
 * ends its process instead, as the test runner does after a file.
 */
export async function endLlama(llama: Llama): Promise<void> {
  await Promise.race([llama.dispose(), sleep(5000, undefined, { ref: false })]);
}
